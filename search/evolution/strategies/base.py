"""The interface that every strategy implements. Pure Python: must import neither Django nor torch."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from search.evolution.config import StrategyConfig
from search.evolution.genotype import Genotype
from search.evolution.mutation import Mutation, apply_mutation, draw_mutation, random_genotype
from search.evolution.selection import Member, PopulationView
from search.evolution.space import SearchSpace

Accept = Callable[[Genotype], bool]
"""Whether a candidate may be proposed: it builds a network, and one within the space's parameter limit."""

StrategyState = dict[str, Any]
"""JSON that a strategy asks to be kept between proposals."""

MAX_DRAWS = 1000
"""Candidates drawn for one proposal before it is given up."""


@dataclass(frozen=True)
class Proposal:
    """The next individual: its genotype and where it comes from."""

    genotype: Genotype
    origin: str
    """`initial`, `mutation`, ... as in the data model."""
    parent: Member | None = None
    mutation: Mutation | None = None


class NoCandidate(RuntimeError):
    """No acceptable candidate in `MAX_DRAWS` draws: the space or its parameter limit leaves too little room."""


class Strategy(ABC):
    """Proposes genotypes one at a time, while others are still being evaluated.

    `propose` depends only on the population, the generator and the restored state, never on a clock or a
    global: the same three give the same proposal.
    """

    def __init__(self, config: StrategyConfig, space: SearchSpace, accept: Accept) -> None:
        self.config = config
        self.space = space
        self.accept = accept

    @abstractmethod
    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        """The genotype for evolution step `step` (from 0).

        Raises NoCandidate when none is found.
        """

    def observe(self, member: Member, genotype: Genotype) -> None:  # noqa: B027 - optional by design
        """Told once of each evaluated individual, in order of completion. Optional."""

    def save(self) -> StrategyState | None:
        """What must be kept until the next proposal; null keeps nothing and `observe` is not called. Optional."""
        return None

    def restore(self, state: StrategyState) -> None:  # noqa: B027 - optional by design
        """Take back what `save` returned. Optional."""

    def mutant(self, parent: Member, genotype: Genotype, rng: random.Random) -> Proposal:
        """One mutation of a parent (methods A5). Mutants that are not acceptable are drawn again."""
        for _ in range(MAX_DRAWS):
            mutation = draw_mutation(genotype, rng, allow_same=self.config.allow_same_operation)
            child = apply_mutation(genotype, mutation)
            if self.accept(child):
                return Proposal(child, "mutation", parent, mutation)
        raise NoCandidate(
            f"none of {MAX_DRAWS} mutations of the individual of step {parent.step} was acceptable"
        )

    def initial(self, rng: random.Random) -> Proposal:
        """An acceptable random genotype: the trivial one after many mutations (methods A6)."""
        for _ in range(MAX_DRAWS):
            genotype = random_genotype(self.space, rng, mutations=self.config.initial_mutations)
            if self.accept(genotype):
                return Proposal(genotype, "initial")
        raise NoCandidate(
            f"none of {MAX_DRAWS} random genotypes was acceptable; "
            "raise the space's max_parameters or lower the protocol's channels"
        )
