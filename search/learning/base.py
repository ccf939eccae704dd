"""Interface of a learned strategy's model: load, propose, update, state. Pure Python.

    learner = Reinforce(config, space, accept)
    learner.load(content)                       what `state` gave last; None at the beginning
    learner.update(observations, rng, tick)     what was evaluated since
    learner.propose(10, rng, tick)              the next drafts, the best first
    learner.state(), learner.report()           for the next time; for people

The same content, observations and generator give the same drafts: nothing looks at a clock or a global generator.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.strategies.report import Report, Table
from search.evolution.strategies.settings import LearnedConfig

__all__ = ["Accept", "Idea", "Learner", "Observation", "Report", "Table", "Tick"]

Accept = Callable[[Genotype], bool]
Tick = Callable[[], None]
"""Call it at least every few seconds: a sign of life. It raises where the attempt is to end."""

USUALLY_PLANNED = 7000
"""Individuals of a search that does not say how many it plans (Liu et al. 2018)."""

Config = TypeVar("Config", bound=LearnedConfig)


@dataclass(frozen=True)
class Observation:
    """One evaluated individual, as a model sees it. Failed ones are not among them."""

    step: int
    genotype: Genotype
    fitness: float
    """A fraction 0..1."""
    parameters: int
    version: int | None
    """Of this strategy's state that proposed it; None: drawn at random, or made by a person."""


@dataclass(frozen=True)
class Idea:
    """One genotype that the model proposes."""

    genotype: Genotype
    why: str
    """For people: "predicted 94.1 ± 0.4 %", "visited 12 times"."""


class Learner(ABC, Generic[Config]):
    """A model that learns which genotypes are worth an evaluation. Made anew for each version."""

    wants_all: ClassVar[bool] = False
    """True: `update` is told of every individual each time, not only of those since the last version."""

    def __init__(
        self, config: Config, space: SearchSpace, accept: Accept, planned: int = USUALLY_PLANNED
    ) -> None:
        self.config = config
        self.space = space
        self.accept = accept
        self.planned = planned
        """Individuals that the search is to propose, for schedules that run along its budget."""

    @abstractmethod
    def load(self, content: bytes | None) -> None:
        """Take back what `state` gave; None: begin."""

    @abstractmethod
    def update(self, observations: Sequence[Observation], rng: random.Random, tick: Tick) -> None:
        """Learn from these, in the order in which their evaluations ended."""

    @abstractmethod
    def propose(self, count: int, rng: random.Random, tick: Tick) -> list[Idea]:
        """Up to `count` acceptable genotypes; fewer where no more are found."""

    @abstractmethod
    def state(self) -> bytes:
        """All that the next version needs; never a pickle."""

    @abstractmethod
    def report(self) -> Report:
        """What it has learned, for people."""
