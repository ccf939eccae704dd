"""Edits after which a network with its parent's weights computes what its parent computes (methods B8).

Exact in evaluation mode where weights are carried as `search.training.inheritance.carrying` does. Pure Python: must
import neither Django nor torch.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Edge, Liveness, analyse, live_paths
from search.evolution.genotypes.mutation import Mutation, apply_mutation
from search.evolution.genotypes.primitives import NONE, primitive

Paths = Mapping[tuple[int, int], tuple[tuple[int, int, int], ...]]
"""(level, slot) -> (successor, predecessor, operation) of its live edges."""

ADD_EDGE = "add an edge"
ADD_MOTIF = "add a motif"
LARGER_MOTIF = "a motif to a larger one"
DEEPER = {
    ("identity", "dw3x3"): "identity to depthwise",
    ("conv1x1", "sep3x3"): "1x1 to separable",
}
"""(old, new primitive) -> what the edit is called."""
WIDENED = {
    ("identity", "conv1x1"): "identity to 1x1",
    ("identity", "sep3x3"): "identity to separable",
}
"""The same of those that are exact only where the edge reads as many channels as the cell is wide."""
EDIT_KINDS: tuple[str, ...] = (ADD_EDGE, ADD_MOTIF, *DEEPER.values())
"""Adding makes a node wider, the other two make a path deeper."""
LATER_KINDS: tuple[str, ...] = (*WIDENED.values(), LARGER_MOTIF)
"""Known since a later version: what a search has kept of the controller's weights may be without them."""


@dataclass(frozen=True)
class Edit:
    """One of them."""

    kind: str
    mutation: Mutation

    def applied(self, genotype: Genotype) -> Genotype:
        """The child."""
        return apply_mutation(genotype, self.mutation)


def preserving_edits(genotype: Genotype) -> list[Edit]:
    """All that change the network: in motifs that it uses, between nodes that lie on its paths."""
    found, living = list[Edit](), analyse(genotype)
    paths = live_paths(genotype)
    narrow = edges_that_read_the_cells_width(genotype, paths)
    for (level, slot), uses in sorted(living.uses.items()):
        if not uses:
            continue
        nodes = _live_nodes(genotype, living, level, slot)
        for successor in range(2, genotype.space.level(level).nodes + 1):
            for predecessor in range(1, successor):
                edge = (level, slot, successor, predecessor)
                if successor not in nodes or predecessor not in nodes:
                    continue
                if genotype.edge(*edge) == NONE:
                    found += _added(genotype, living, edge)
                elif level == 2:
                    found += _deeper(genotype, edge, edge in living.live_edges and edge in narrow)
                elif edge in living.live_edges:
                    found += _larger(genotype, paths, edge)
    return found


def edges_that_read_the_cells_width(genotype: Genotype, paths: Paths) -> frozenset[Edge]:
    """Live edges of motifs of level 2 that read as many channels as their cell is wide, in every copy of the motif.

    `paths` are its `live_paths`. A motif's copies differ in what they are given: the cell's input is as wide as the
    cell, and each motif that a node joins brings that width once more.
    """
    space = genotype.space
    given: dict[tuple[int, int], set[int]] = {(space.top, slot): {1} for slot in space.cell_slots}
    reads: dict[Edge, set[int]] = {}
    for level in range(space.top, 1, -1):
        for slot in range(1, space.level(level).motifs + 1):
            for width in given.get((level, slot), ()):
                widths = {1: width}
                for successor, predecessor, operation in paths[level, slot]:
                    read = widths[predecessor]
                    widens = level > 2 or primitive(space.primitives[operation - 1]).widens_to_cell
                    widths[successor] = widths.get(successor, 0) + (1 if widens else read)
                    if level > 2:
                        given.setdefault((level - 1, operation), set()).add(read)
                    else:
                        reads.setdefault((level, slot, successor, predecessor), set()).add(read)
    return frozenset(edge for edge, widths in reads.items() if widths == {1})


def holds(paths: Paths, level: int, larger: int, smaller: int) -> bool:
    """Whether a motif has every live edge of another of its level, with the same operation, and more."""
    return set(paths[level, smaller]) < set(paths[level, larger])


def _live_nodes(genotype: Genotype, living: Liveness, level: int, slot: int) -> set[int]:
    ends = {1, genotype.space.level(level).nodes}
    rows = [edge for edge in living.live_edges if edge[:2] == (level, slot)]
    return ends.union(*((successor, predecessor) for _, _, successor, predecessor in rows))


def _added(genotype: Genotype, living: Liveness, edge: Edge) -> Iterator[Edit]:
    level, _, _, _ = edge
    for new in range(1, 1 + len(genotype.space.operations(level))):
        if level == 2 or (level - 1, new) not in living.dead_motifs:
            yield Edit(ADD_EDGE if level == 2 else ADD_MOTIF, Mutation(*edge, NONE, new))


def _deeper(genotype: Genotype, edge: Edge, narrow: bool) -> Iterator[Edit]:
    old, names = genotype.edge(*edge), genotype.space.primitives
    kinds = DEEPER | WIDENED if narrow else DEEPER
    for new, name in enumerate(names, start=1):
        kind = kinds.get((names[old - 1], name))
        if kind is not None:
            yield Edit(kind, Mutation(*edge, old, new))


def _larger(genotype: Genotype, paths: Paths, edge: Edge) -> Iterator[Edit]:
    level, old = edge[0], genotype.edge(*edge)
    for new in range(1, 1 + len(genotype.space.operations(level))):
        if holds(paths, level - 1, new, old):
            yield Edit(LARGER_MOTIF, Mutation(*edge, old, new))
