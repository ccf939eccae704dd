"""Which operations a supernet runs on each edge, and with what gate."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import live_paths
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace

MotifPlace = tuple[int, int]
"""(level, slot)."""
Gates = Mapping[MotifPlace, Tensor]
"""For each motif its gates [edges, 1 + operations], edges as `genotype.edges` orders them; column 0 is none."""


@dataclass(frozen=True)
class EdgeChoice:
    """What runs on the edge predecessor -> successor."""

    successor: int
    predecessor: int
    operations: tuple[tuple[int, Tensor | None], ...]
    """(operation id, its gate; None: 1)."""


Choices = Mapping[MotifPlace, tuple[EdgeChoice, ...]]
"""For each motif its edges by successor, then predecessor."""


def choices_of(genotype: Genotype, gates: Gates | None = None) -> Choices:
    """Exactly that genotype's live edges, each times its gate where gates are given."""
    found: dict[MotifPlace, tuple[EdgeChoice, ...]] = {}
    for place, rows in live_paths(genotype).items():
        found[place] = tuple(
            EdgeChoice(
                successor,
                predecessor,
                ((operation, _gate(gates, place, successor, predecessor, operation)),),
            )
            for successor, predecessor, operation in rows
        )
    return found


def soft_choices(space: SearchSpace, gates: Gates) -> Choices:
    """Every operation on every edge, each times its gate; none takes its share of the gates and adds nothing."""
    return {
        place: tuple(
            EdgeChoice(
                successor, predecessor, tuple((op, gates[place][row, op]) for op in _operations(space, place))
            )
            for row, (successor, predecessor) in enumerate(edges_of(space, place[0]))
        )
        for place in places_of(space)
    }


def all_on(space: SearchSpace, *, dropped: float = 0.0, rng: random.Random | None = None) -> Choices:
    """Every operation on every edge with gate 1; each dropped with that probability, but never all of an edge
    from the node before, so that the sink is always reached."""
    found: dict[MotifPlace, tuple[EdgeChoice, ...]] = {}
    for place in places_of(space):
        rows = []
        for successor, predecessor in edges_of(space, place[0]):
            operations = _operations(space, place)
            kept = [op for op in operations if rng is None or rng.random() >= dropped]
            if not kept and predecessor == successor - 1 and rng is not None:
                kept = [rng.choice(operations)]
            if kept:
                rows.append(EdgeChoice(successor, predecessor, tuple((op, None) for op in kept)))
        found[place] = tuple(rows)
    return found


def places_of(space: SearchSpace) -> list[MotifPlace]:
    """All motifs, the lowest level first."""
    return [
        (level, slot) for level in range(2, space.top + 1) for slot in range(1, space.level(level).motifs + 1)
    ]


def edges_of(space: SearchSpace, level: int) -> list[tuple[int, int]]:
    """(successor, predecessor) of every edge of a motif of that level, as rows of its gates."""
    return [
        (successor, predecessor)
        for successor in range(2, space.level(level).nodes + 1)
        for predecessor in range(1, successor)
    ]


def _operations(space: SearchSpace, place: MotifPlace) -> list[int]:
    return [op for op in range(1 + len(space.operations(place[0]))) if op != NONE]


def _gate(
    gates: Gates | None, place: MotifPlace, successor: int, predecessor: int, operation: int
) -> Tensor | None:
    if gates is None:
        return None
    row = (successor - 1) * (successor - 2) // 2 + predecessor - 1
    return gates[place][row, operation]
