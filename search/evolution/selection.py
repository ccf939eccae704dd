"""The population as a strategy sees it, and the tournament (Liu et al. 2018, section 3.2; methods A7).

Randomness is an argument. Pure Python: must import neither Django nor torch.
"""

import math
import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from search.evolution.genotype import Genotype


@dataclass(frozen=True)
class Member:
    """One evaluated individual."""

    id: int
    """Whatever the population's owner knows it by."""
    step: int
    fitness: float
    parameters: int


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

    def genotype(self, member: Member) -> Genotype:
        """What a member is made of; fetched only for those that are needed."""


def rank(member: Member) -> tuple[float, int, int]:
    """Fitter first; ties go to fewer parameters, then to the earlier step."""
    return (-member.fitness, member.parameters, member.step)


def tournament_size(population: int, fraction: float) -> int:
    """At least one contestant; 5 % of 200 is 10, of 7000 is 350."""
    return max(1, math.ceil(fraction * population - 1e-9))


def tournament(population: PopulationView, rng: random.Random, fraction: float) -> Member:
    """Draw a share of the population without replacement; the fittest wins.

    Ties go to fewer parameters, then to the earlier step. Only the winner's place is drawn (`winning_place`), so
    that a tournament costs the same in a population of 100 and of 100,000.

    Raises ValueError on an empty population.
    """
    size = len(population)
    if size == 0:
        raise ValueError("a tournament needs at least one evaluated individual")
    return population.placed(winning_place(rng, size, tournament_size(size, fraction)))


def winning_place(rng: random.Random, size: int, count: int) -> int:
    """The best of `count` places drawn from `size` without replacement, 1 <= count <= size, by some size / count draws.

    Walks the ranking from its top. Where none of the places before was drawn, all `count` contestants are among the
    `size - place` that are left, and this one is of them in `count` of `size - place` cases.
    """
    place = 0
    while rng.randrange(size - place) >= count:
        place += 1
    return place
