"""Edits after which a network with its parent's weights computes what its parent computes (methods B8).

Exact in evaluation mode where weights are carried as `search.training.inheritance.carrying` does. Pure Python: must
import neither Django nor torch.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Liveness, analyse
from search.evolution.genotypes.mutation import Mutation, apply_mutation
from search.evolution.genotypes.primitives import NONE

ADD_EDGE = "add an edge"
ADD_MOTIF = "add a motif"
DEEPER = {
    ("identity", "dw3x3"): "identity to depthwise",
    ("conv1x1", "sep3x3"): "1x1 to separable",
}
"""(old, new primitive) -> what the edit is called."""
EDIT_KINDS: tuple[str, ...] = (ADD_EDGE, ADD_MOTIF, *DEEPER.values())
"""Adding makes a node wider, the other two make a path deeper."""


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
    for (level, slot), uses in sorted(living.uses.items()):
        if not uses:
            continue
        nodes = _live_nodes(genotype, living, level, slot)
        for successor in range(2, genotype.space.level(level).nodes + 1):
            for predecessor in range(1, successor):
                if successor in nodes and predecessor in nodes:
                    found += _of_edge(genotype, living, (level, slot, successor, predecessor))
    return found


def _live_nodes(genotype: Genotype, living: Liveness, level: int, slot: int) -> set[int]:
    ends = {1, genotype.space.level(level).nodes}
    rows = [edge for edge in living.live_edges if edge[:2] == (level, slot)]
    return ends.union(*((successor, predecessor) for _, _, successor, predecessor in rows))


def _of_edge(genotype: Genotype, living: Liveness, edge: tuple[int, int, int, int]) -> Iterator[Edit]:
    level, _, _, _ = edge
    space, old = genotype.space, genotype.edge(*edge)
    if old == NONE:
        for new in range(1, 1 + len(space.operations(level))):
            if level == 2 or (level - 1, new) not in living.dead_motifs:
                yield Edit(ADD_EDGE if level == 2 else ADD_MOTIF, Mutation(*edge, old, new))
    elif level == 2:
        for new, name in enumerate(space.primitives, start=1):
            kind = DEEPER.get((space.primitives[old - 1], name))
            if kind is not None:
                yield Edit(kind, Mutation(*edge, old, new))
