"""The population as a strategy sees it, and the tournament (Liu et al. 2018, section 3.2; methods A7).

Randomness is an argument. Pure Python: must import neither Django nor torch.
"""

import math
import random
from collections.abc import Sequence
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

    def members(self, indices: Sequence[int]) -> list[Member]:
        """The members at these indices, 0 <= index < len, in the order asked for."""

    def fittest(self, first: int, count: int) -> list[tuple[int, Member]]:
        """Up to `count` members with their indices from place `first` of the ranking on (see `rank`)."""

    def genotype(self, member: Member) -> Genotype:
        """What a member is made of; fetched only for those that are needed."""


MOST_FETCHED = 500
"""Contestants beyond which the ranking is walked from its top instead of fetching them all."""
FIRST_LOOK = 100
"""Ranked members looked at first: with 5 % drawn, one of them is a contestant in 99.4 % of the tournaments."""


def rank(member: Member) -> tuple[float, int, int]:
    """Fitter first; ties go to fewer parameters, then to the earlier step."""
    return (-member.fitness, member.parameters, member.step)


def tournament_size(population: int, fraction: float) -> int:
    """At least one contestant; 5 % of 200 is 10, of 7000 is 350."""
    return max(1, math.ceil(fraction * population - 1e-9))


def tournament(population: PopulationView, rng: random.Random, fraction: float) -> Member:
    """Draw a share of the population without replacement; the fittest wins.

    Ties go to fewer parameters, then to the earlier step.

    Raises ValueError on an empty population.
    """
    size = len(population)
    if size == 0:
        raise ValueError("a tournament needs at least one evaluated individual")
    drawn = rng.sample(range(size), tournament_size(size, fraction))
    if len(drawn) <= MOST_FETCHED:
        return min(population.members(drawn), key=rank)
    return _first_ranked(population, frozenset(drawn))


def _first_ranked(population: PopulationView, drawn: frozenset[int]) -> Member:
    """The winner is the first of the ranking that was drawn: about 1 / fraction members are looked at, however
    large the population is."""
    first, count = 0, FIRST_LOOK
    while True:
        ranked = population.fittest(first, count)
        for index, member in ranked:
            if index in drawn:
                return member
        if not ranked:
            raise ValueError("the population's ranking holds none of its own members")
        first, count = first + count, 10 * count
