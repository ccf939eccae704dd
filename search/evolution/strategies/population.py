"""Population view of a strategy, and tournament selection (Liu et al. 2018, section 3.2; methods A7).

Randomness is an argument. Pure Python: must import neither Django nor torch.
"""

import math
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from search.evolution.genotypes.genotype import Genotype
from search.evolution.statistics.objectives import OBJECTIVES


@dataclass(frozen=True)
class Member:
    """One evaluated individual."""

    id: int
    """Whatever the population's owner knows it by."""
    step: int
    fitness: float
    parameters: int
    multiply_adds: int = field(default=0, compare=False)
    """Per image, forward."""
    depth: int = field(default=0, compare=False)
    """Operations on the longest way through one cell."""
    train_seconds: float = field(default=0.0, compare=False)

    @property
    def objectives(self) -> dict[str, float]:
        """Its value in each row of the table of objectives."""
        return {name: getattr(self, name) for name in OBJECTIVES}


class PopulationView(Protocol):
    """The evaluated individuals of an experiment, in the order in which their evaluations ended.

    Only ever grows at its end, so that an index drawn from its length stays right.
    """

    def __len__(self) -> int: ...

    def fittest_of(self, indices: Collection[int]) -> Member:
        """The first by `rank` of the members at these indices, 0 <= index < len, of which there is at least one."""

    def placed(self, place: int) -> Member:
        """The member at a place of the ranking by `rank`, 0 <= place < len; the fittest is at 0."""

    def fittest(self, first: int, count: int) -> list[tuple[int, Member]]:
        """Up to `count` members with their indices from place `first` of the ranking on (see `rank`)."""

    def youngest(self, count: int) -> list[tuple[int, Member]]:
        """Up to `count` members with their indices, those proposed last, in the order in which they were proposed."""

    def front(self, objectives: Sequence[str]) -> list[Member]:
        """The members that no other dominates in these objectives. Looks at all of them."""

    def genotype(self, member: Member) -> Genotype:
        """What a member is made of; fetched only for those that are needed."""


def rank(member: Member) -> tuple[float, int, int]:
    """Fitter first; ties go to fewer parameters, then to the earlier step."""
    return (-member.fitness, member.parameters, member.step)


def tournament_size(population: int, fraction: float) -> int:
    """At least one contestant; 5 % of 200 is 10, of 7000 is 350."""
    return max(1, math.ceil(fraction * population - 1e-9))


def tournament(
    population: PopulationView, rng: random.Random, fraction: float, probability: float = 1.0
) -> Member:
    """Draw a share of the population without replacement; place i of those drawn wins with probability p (1-p)^(i-1).

    With p = 1 the fittest wins, as in Liu et al. Where nobody has won, with probability (1-p)^k, the fittest does.

    Ties go to fewer parameters, then to the earlier step. Only the winner's place is drawn (`winning_place`), so
    that a tournament costs the same in a population of 100 and of 100,000.

    Raises ValueError on an empty population.
    """
    size = len(population)
    if size == 0:
        raise ValueError("a tournament needs at least one evaluated individual")
    return population.placed(winning_place(rng, size, tournament_size(size, fraction), probability))


def several_winners(
    population: PopulationView, rng: random.Random, fraction: float, probability: float, count: int
) -> list[int]:
    """The indices of up to `count` winners of one tournament, each chosen among those not chosen yet."""
    places = sorted(rng.sample(range(len(population)), tournament_size(len(population), fraction)))
    winners: list[int] = []
    while places and len(winners) < count:
        place = places.pop(place_among_drawn(rng, len(places), probability))
        winners.append(
            population.fittest(place, 1)[0][0]
        )  # its place changes with each newcomer, its index never
    return winners


def place_among_drawn(rng: random.Random, count: int, probability: float) -> int:
    """Which of `count` contestants wins, the fittest being 0."""
    if probability >= 1:
        return 0
    return next((place for place in range(count) if rng.random() < probability), 0)


def chance_of_rank(rank: int, size: int, count: int, probability: float = 1.0) -> float:
    """How likely the member with `rank` fitter ones wins a tournament of `count` among `size`, exactly.

    The number j of fitter contestants is hypergeometric; place j wins with p (1-p)^j, the first also where nobody has.
    """
    total, nobody = math.comb(size, count), (1 - probability) ** count
    chance = 0.0
    for fitter, ways in _ways(marked=rank, size=size - 1, count=count - 1):
        chance += (
            ways / total * (probability * (1 - probability) ** fitter + (nobody if fitter == 0 else 0.0))
        )
    return chance


def chance_of_fittest(most: int, size: int, count: int, probability: float = 1.0) -> float:
    """How likely one of the `most` fittest wins a tournament of `count` among `size`, exactly: the sum of
    `chance_of_rank` over them, from the number of them that take part."""
    total, nobody = math.comb(size, count), (1 - probability) ** count
    return sum(
        ways / total * (1 - (1 - probability) ** drawn + nobody)
        for drawn, ways in _ways(marked=most, size=size, count=count)
        if drawn
    )


def _ways(*, marked: int, size: int, count: int) -> Iterator[tuple[int, int]]:
    """(j, in how many ways `count` of `size` can be drawn with j of the `marked` among them), for each possible j. Each
    number comes from the one before: binomials of thousands are dear."""
    least = max(0, count - (size - marked))
    ways = math.comb(marked, least) * math.comb(size - marked, count - least)
    for drawn in range(least, min(marked, count) + 1):
        yield drawn, ways
        ways = (
            ways * (marked - drawn) * (count - drawn) // ((drawn + 1) * (size - marked - count + drawn + 1))
        )


def winning_place(rng: random.Random, size: int, count: int, probability: float = 1.0) -> int:
    """The place of who wins among `count` drawn from `size` without replacement, 1 <= count <= size, in some
    size / count draws where the fittest wins.

    Walks the ranking from its top. Where none of the places before was drawn, all `count` contestants are among the
    `size - place` that are left, and this one is of them in `count` of `size - place` cases.
    """
    better, place = place_among_drawn(rng, count, probability), 0
    while True:
        if rng.randrange(size - place) < count:
            if not better:
                return place
            better, count = better - 1, count - 1
        place += 1
