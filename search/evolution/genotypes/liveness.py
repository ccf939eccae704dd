"""Liveness analysis: edges and motifs of a genotype that affect its network (methods A15).

A node without live inputs is dead and edges out of it act as none; a motif whose sink is dead acts as none
one level up; an edge is live when it lies on a path from source to sink of a motif that is itself in use.

Pure Python: must import neither Django nor torch.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype, Motif, edges
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace

Edge = tuple[int, int, int, int]
"""(level, slot, successor, predecessor)."""


@dataclass(frozen=True)
class Liveness:
    """The result of `analyse`."""

    feasible: bool
    reason: str
    """Why not, for people; empty when feasible."""
    live_edges: frozenset[Edge]
    dead_edges: frozenset[Edge]
    """Edges that carry an operation but do not reach the network."""
    uses: dict[tuple[int, int], int]
    """(level, slot) -> copies of this motif in one cell, through all levels; 0: unused. The cell has 1. Of a pair: in
    both cells together, one of each."""
    dead_motifs: frozenset[tuple[int, int]]
    """(level, slot) of motifs whose sink no path reaches."""

    @property
    def unused_motifs(self) -> frozenset[tuple[int, int]]:
        """(level, slot) of motifs that no live edge carries."""
        return frozenset(place for place, count in self.uses.items() if count == 0)


def path_edges(
    motif: Motif, dead_operations: frozenset[int] = frozenset()
) -> tuple[tuple[int, int, int], ...]:
    """(successor, predecessor, operation) of the edges on a path from source to sink, in row order.

    Operations in `dead_operations` act as none. Empty when no path reaches the sink.
    """
    nodes = len(motif) + 1
    reached = {1}
    for successor, predecessor, operation in edges(motif):
        if operation != NONE and operation not in dead_operations and predecessor in reached:
            reached.add(successor)
    wanted = {nodes} & reached
    for successor in range(nodes, 1, -1):
        if successor in wanted:
            row = motif[successor - 2]
            wanted |= {
                column + 1
                for column, operation in enumerate(row)
                if operation != NONE and operation not in dead_operations and column + 1 in reached
            }
    return tuple(
        (successor, predecessor, operation)
        for successor, predecessor, operation in edges(motif)
        if operation != NONE
        and operation not in dead_operations
        and predecessor in reached
        and successor in wanted
    )


def live_paths(genotype: Genotype) -> dict[tuple[int, int], tuple[tuple[int, int, int], ...]]:
    """For each motif (level, slot) its edges on source-sink paths, dead motifs of the level below left out."""
    paths: dict[tuple[int, int], tuple[tuple[int, int, int], ...]] = {}
    dead: frozenset[int] = frozenset()
    for index, motifs in enumerate(genotype.levels):
        level = index + 2
        for slot, motif in enumerate(motifs, start=1):
            paths[level, slot] = path_edges(motif, dead)
        dead = frozenset(slot for slot in range(1, len(motifs) + 1) if not paths[level, slot])
    return paths


NO_PATH = "no path of live operations leads from the {cell}'s source to its sink"


def unreached_cells(space: SearchSpace, paths: Mapping[tuple[int, int], object]) -> list[str]:
    """Names of the cells that the `live_paths` of a genotype do not lead through: it builds no network with any."""
    return [space.motif_name(space.top, slot) for slot in space.cell_slots if not paths[space.top, slot]]


def analyse(genotype: Genotype) -> Liveness:
    """Find dead edges, dead motifs and unused motifs, and whether the sink of each cell is reached."""
    paths = live_paths(genotype)
    top = genotype.space.top
    uses: Counter[tuple[int, int]] = Counter(dict.fromkeys(paths, 0))
    for slot in genotype.space.cell_slots:
        uses[top, slot] = int(bool(paths[top, slot]))
    for level in range(top, 2, -1):
        for slot in range(1, genotype.space.level(level).motifs + 1):
            for _, _, operation in paths[level, slot]:
                uses[level - 1, operation] += uses[level, slot]
    live = frozenset(
        (level, slot, successor, predecessor)
        for (level, slot), rows in paths.items()
        if uses[level, slot]
        for successor, predecessor, _ in rows
    )
    present = frozenset(
        (index + 2, slot, successor, predecessor)
        for index, motifs in enumerate(genotype.levels)
        for slot, motif in enumerate(motifs, start=1)
        for successor, predecessor, operation in edges(motif)
        if operation != NONE
    )
    broken = unreached_cells(genotype.space, paths)
    return Liveness(
        feasible=not broken,
        reason=NO_PATH.format(cell=" and the ".join(broken)) if broken else "",
        live_edges=live,
        dead_edges=present - live,
        uses=dict(uses),
        dead_motifs=frozenset(place for place, rows in paths.items() if not rows),
    )
