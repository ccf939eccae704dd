"""Difference of two genotypes: motifs matched by content, then edges compared.

Slots are names, not meaning: motif 2 of one genotype may be motif 5 of the other. Level by level, from the
bottom, motifs are paired by equal content first and then by the assignment that leaves the fewest differing
edges; one level up an edge counts as unchanged when it carries a pair's two halves. Where most edges of a pair
differ, one motif is no edit of the other: it is replaced, and an edge that carries it has changed. A cell is only
ever paired with a cell: in spaces of different heights neither has a counterpart. Nodes are few and ordered, with
fixed source and sink, so the comparison is exact and quick.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import networkx as nx

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.primitives import NONE
from search.evolution.work_budget import spend

Status = Literal["unchanged", "added", "removed", "altered"]

SINK = 999
"""Stands for each motif's own last node while two are compared."""

Slots = dict[tuple[int, int], str]
"""(successor, predecessor) -> operation name, `none` left out."""


@dataclass(frozen=True)
class EdgeChange:
    """One edge of a pair of motifs. Operation names as each genotype calls them; null: no edge."""

    successor: int
    """Nodes as the larger of the two motifs counts them."""
    predecessor: int
    status: Status
    before: str | None
    after: str | None


@dataclass(frozen=True)
class MotifPair:
    """Two motifs that stand for each other; one slot is null where a motif has no counterpart."""

    level: int
    left: int | None
    right: int | None
    edges: tuple[EdgeChange, ...]

    @property
    def changes(self) -> tuple[EdgeChange, ...]:
        """The edges that differ."""
        return tuple(edge for edge in self.edges if edge.status != "unchanged")

    @property
    def replaced(self) -> bool:
        """Whether these are two motifs that have little to do with each other: most of their edges differ, and more
        than one, which a single edit can change."""
        both = self.left is not None and self.right is not None
        return both and len(self.changes) > max(1, len(self.edges) // 2)


@dataclass(frozen=True)
class GenotypeDiff:
    """All pairs of all levels, the cell first, then by the left slot."""

    pairs: tuple[MotifPair, ...]

    @property
    def distance(self) -> int:
        """How many edges differ."""
        return sum(len(pair.changes) for pair in self.pairs)


def diff_genotypes(left: Genotype, right: Genotype) -> GenotypeDiff:
    """Compare two genotypes, of one space or of two."""
    pairs: list[MotifPair] = []
    names: dict[str, str] = {}  # right's operation names one level below -> left's
    for level in range(2, max(left.space.top, right.space.top) + 1):
        ours, theirs = _motifs(left, level), _motifs(right, level)
        translated = {
            slot: {place: names.get(op, op) for place, op in row.items()} for slot, row in theirs.items()
        }
        if level == 2:
            translated = theirs
        comparable = (level == left.space.top) == (level == right.space.top)
        matched = _match(ours, translated) if comparable else _alone(ours, translated)
        if comparable and level == left.space.top:
            matched = _cells(ours, theirs)
        names = {}
        for one, other in matched:
            sink = max(
                genotype.space.level(level).nodes
                for genotype, slot in ((left, one), (right, other))
                if slot is not None
            )
            changes = _changes(
                ours.get(one or 0, {}), theirs.get(other or 0, {}), translated.get(other or 0, {}), sink
            )
            pair = MotifPair(level, one, other, changes)
            pairs.append(pair)
            if other:
                names[f"M{other}"] = f"M{one}" if one and not pair.replaced else f"new M{other}"
    return GenotypeDiff(
        tuple(sorted(pairs, key=lambda pair: (-pair.level, pair.left or 999, pair.right or 999)))
    )


def _motifs(genotype: Genotype, level: int) -> dict[int, Slots]:
    """Slot -> named edges; every sink is called SINK, so that motifs of different sizes line up."""
    if level > genotype.space.top:
        return {}
    last = genotype.space.level(level).nodes
    return {
        slot: {
            (SINK if successor == last else successor, predecessor): genotype.space.operation_name(
                level, operation
            )
            for successor, predecessor, operation in edges(motif)
            if operation != NONE
        }
        for slot, motif in enumerate(genotype.levels[level - 2], start=1)
    }


def _cells(ours: Iterable[int], theirs: Iterable[int]) -> list[tuple[int | None, int | None]]:
    """Cells stand in places of the host, so normal cells are compared with each other, and reduction cells."""
    left, right = set(ours), set(theirs)
    return [
        (slot if slot in left else None, slot if slot in right else None) for slot in sorted(left | right)
    ]


def _distance(one: Slots, other: Slots) -> int:
    spend(1 + len(one) // 10)
    return sum(one.get(place) != other.get(place) for place in one.keys() | other.keys())


def _match(ours: Mapping[int, Slots], theirs: Mapping[int, Slots]) -> list[tuple[int | None, int | None]]:
    """Pairs of slots: equal content first (the same slot before others), the rest by the cheapest assignment."""
    left, right = set(ours), set(theirs)
    pairs: list[tuple[int | None, int | None]] = []
    for one, other in sorted(
        ((a, b) for a in left for b in right), key=lambda pair: (pair[0] != pair[1], pair)
    ):
        if one in left and other in right and ours[one] == theirs[other]:
            pairs.append((one, other))
            left.discard(one)
            right.discard(other)
    graph: nx.Graph[tuple[str, int]] = nx.Graph()
    for one in left:
        for other in right:
            # Twice the distance leaves room to prefer the same slot among equals.
            weight = 2 * _distance(ours[one], theirs[other]) + (one != other)
            graph.add_edge(("left", one), ("right", other), weight=weight)
    for ends in nx.min_weight_matching(graph) if graph else ():
        (_, one), (_, other) = sorted(ends)
        pairs.append((one, other))
        left.discard(one)
        right.discard(other)
    return [*pairs, *_alone(left, right)]


def _alone(left: Iterable[int], right: Iterable[int]) -> list[tuple[int | None, int | None]]:
    """Slots without a counterpart."""
    return [*((one, None) for one in sorted(left)), *((None, other) for other in sorted(right))]


def _changes(before: Slots, after: Slots, compared: Slots, sink: int) -> tuple[EdgeChange, ...]:
    """Edge by edge; `compared` is `after` with the left genotype's names."""
    return tuple(
        EdgeChange(
            sink if place[0] == SINK else place[0],
            place[1],
            _status(before.get(place), compared.get(place)),
            before.get(place),
            after.get(place),
        )
        for place in sorted(before.keys() | after.keys())
    )


def _status(before: str | None, after: str | None) -> Status:
    if before == after:
        return "unchanged"
    if before is None:
        return "added"
    return "removed" if after is None else "altered"
