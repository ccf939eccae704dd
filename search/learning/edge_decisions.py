"""A genotype as a sequence of decisions: the cell first (of a pair both), then the motifs that it uses, edge by edge.

Motifs that nothing uses are never decided, so that no learner is rewarded for noise. Where `none` would leave a
motif without a way from its source to its sink for good, it is not among the choices (methods B1): every sequence
builds a network. Pure Python.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import REDUCTION, SearchSpace


@dataclass(frozen=True)
class Decision:
    """One edge that is to get an operation. Nodes and slots count from 1."""

    level: int
    motif: int
    successor: int
    predecessor: int
    choices: int
    """Operations to choose from, `none` included: ids 0..choices-1."""
    none_allowed: bool
    shares_values: bool = True
    """Whether a table that holds one value for all motifs of a level may do so here: not for a reduction cell, which
    would then always be chosen like the normal one."""


Choose = Callable[[Decision], int]
"""The operation for an edge; never `none` where that is not allowed."""


def decode(space: SearchSpace, choose: Choose, inner: int | None = None) -> Genotype:
    """The genotype that comes of these choices; unused motifs are those of the trivial one.

    `inner`: so many nodes between source and sink are open; edges of the others carry nothing and are no decisions.
    """
    levels = [list(motifs) for motifs in trivial_genotype(space).levels]
    for level, motif, rows in _decided(space, choose, inner):
        levels[level - 2][motif - 1] = tuple(map(tuple, rows))
    return Genotype(space, tuple(map(tuple, levels)))


def decisions_of(genotype: Genotype, inner: int | None = None) -> list[tuple[Decision, int]]:
    """The decisions that lead to a genotype's network, with what was chosen, where so many `inner` nodes are open.
    Where it chose a `none` that decoding would not have allowed, which random genotypes may, the decision is left out.
    """
    taken: list[tuple[Decision, int]] = []

    def as_it_is(decision: Decision) -> int:
        chosen = genotype.edge(decision.level, decision.motif, decision.successor, decision.predecessor)
        if chosen != NONE or decision.none_allowed:
            taken.append((decision, chosen))
        return chosen

    for _ in _decided(genotype.space, as_it_is, inner):
        pass
    return taken


def _decided(
    space: SearchSpace, choose: Choose, inner: int | None
) -> Iterator[tuple[int, int, list[list[int]]]]:
    """(level, motif, its rows) of the cell, or of both cells of a pair, and of every motif that is used, from the top
    down."""
    used = list(space.cell_slots)
    for level in range(space.top, 1, -1):
        below: set[int] = set()
        for motif in used:
            rows = _decide_motif(_Place(space, level, motif, inner), choose)
            below.update(operation for row in rows for operation in row if operation != NONE)
            yield level, motif, rows
        used = sorted(below)


@dataclass(frozen=True)
class _Place:
    """The motif that is being decided."""

    space: SearchSpace
    level: int
    motif: int
    inner: int | None

    @property
    def nodes(self) -> int:
        return self.space.level(self.level).nodes

    @property
    def shares(self) -> bool:
        return (self.level, self.motif) != (self.space.top, REDUCTION)

    def is_open(self, node: int) -> bool:
        return self.inner is None or node == self.nodes or node <= 1 + self.inner


def _decide_motif(place: _Place, choose: Choose) -> list[list[int]]:
    nodes, choices = place.nodes, len(place.space.operations(place.level)) + 1
    reached, rows = {1}, list[list[int]]()
    for successor in range(2, nodes + 1):
        row: list[int] = []
        for predecessor in range(1, successor):
            is_last_way = (
                successor == nodes
                and predecessor == max(reached)
                and all(row[node - 1] == NONE for node in reached if node < predecessor)
            )
            if not place.is_open(successor) or not place.is_open(predecessor):
                row.append(NONE)
                continue
            allowed = not is_last_way
            decision = Decision(
                place.level, place.motif, successor, predecessor, choices, allowed, place.shares
            )
            row.append(choose(decision))
        if any(row[node - 1] != NONE for node in reached if node < successor):
            reached.add(successor)
        rows.append(row)
    return rows


def edge_index(decision: Decision) -> int:
    """The edge's place among its motif's: edges into node 2 first, then into node 3, and so on; from 0."""
    return (decision.successor - 1) * (decision.successor - 2) // 2 + decision.predecessor - 1


def edge_name(space: SearchSpace, decision: Decision) -> str:
    """`M3: 1→2`."""
    return f"{space.motif_name(decision.level, decision.motif)}: {decision.predecessor}→{decision.successor}"
