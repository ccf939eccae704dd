"""Strategy interface. Pure Python: must import neither Django nor torch."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from search.evolution.genotypes.draws import drawn_genotype
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import Mutation, apply_mutation, draw_mutation
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies.population import Member, PopulationView
from search.evolution.strategies.report import Report
from search.evolution.strategies.settings import MutatingConfig, StrategyConfig

Accept = Callable[[Genotype], bool]
"""Whether a candidate may be proposed: it builds a network, and one within the space's parameter limit."""

Kept = dict[str, Any]
"""JSON that a strategy asks to be kept between proposals: small, whatever the population, for each step writes it."""

MAX_DRAWS = 1000
"""Candidates drawn for one proposal before it is given up."""
MAX_MUTATIONS_DRAWN = 2_000_000
"""Mutations drawn for one proposal, six seconds of them: with more than 2,000 for each genotype fewer are tried."""


def most_draws(mutations: int) -> int:
    """How many random genotypes of so many mutations one proposal may draw."""
    return min(MAX_DRAWS, MAX_MUTATIONS_DRAWN // max(1, mutations))


FreeCosts = Callable[[Genotype], Mapping[str, float]]
"""Parameters, multiply-adds and depth of a candidate that was accepted: objectives that nothing is trained for."""


def small_host_costs(genotype: Genotype) -> Mapping[str, float]:
    """In a small host, for searches that say nothing else."""
    phenotype = build_phenotype(genotype)
    cost = network_cost(phenotype, Host())
    return {
        "parameters": cost.parameters, "multiply_adds": cost.multiply_adds, "depth": phenotype.depth
    }  # fmt: skip


Config = TypeVar("Config", bound=StrategyConfig)
Mutates = TypeVar("Mutates", bound=MutatingConfig)


@dataclass(frozen=True)
class Proposal:
    """The next individual: its genotype, where it comes from and why it was chosen."""

    genotype: Genotype
    origin: str
    """`initial`, `mutation`, `crossover`, ... as in the data model."""
    parent: Member | None = None
    mutation: Mutation | None = None
    why: str = ""
    """In words, where the origin does not say it all: "crossover of #12 and #40", "predicted 94.1 ± 0.4 %"."""


class NoCandidate(RuntimeError):
    """No acceptable candidate in `MAX_DRAWS` draws: the space or its parameter limit leaves too little room."""


class Strategy(ABC, Generic[Config]):
    """Proposes genotypes one at a time, while others are still being evaluated.

    `propose` depends only on the population, the generator and the restored state, never on a clock or a
    global: the same three give the same proposal.
    """

    def __init__(
        self, config: Config, space: SearchSpace, accept: Accept, costs: FreeCosts = small_host_costs
    ) -> None:
        self.config = config
        self.space = space
        self.accept = accept
        self.costs = costs

    @abstractmethod
    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        """The genotype for evolution step `step` (from 0).

        Raises NoCandidate when none is found.
        """

    def observe(self, member: Member, genotype: Genotype) -> None:
        """Told once of each evaluated individual, in order of completion. Optional."""

    def save(self) -> Kept | None:
        """What must be kept until the next proposal; null keeps nothing and `observe` is not called. Optional."""
        return None

    def restore(self, state: Kept) -> None:
        """Take back what `save` returned. Optional."""

    def report(self, population: PopulationView) -> Report:
        """How it would choose now, for people. Optional."""
        return Report()

    def initial(self, rng: random.Random, why: str = "") -> Proposal:
        """An acceptable random genotype: the trivial one after many mutations (methods A6)."""
        most = most_draws(self.config.initial_mutations)
        for _ in range(most):
            genotype = drawn_genotype(self.space, rng, mutations=self.config.initial_mutations)
            if self.accept(genotype):
                return Proposal(genotype, "initial", why=why)
        raise NoCandidate(f"none of {most} random genotypes was acceptable; raise the space's max_parameters")


class MutatingStrategy(Strategy[Mutates]):
    """A strategy whose children differ from one parent by one edge."""

    def mutant(self, parent: Member, genotype: Genotype, rng: random.Random, why: str = "") -> Proposal:
        """One mutation of a parent (methods A5). Mutants that are not acceptable are drawn again."""
        for _ in range(MAX_DRAWS):
            mutation = draw_mutation(genotype, rng, allow_same=self.config.allow_same_operation)
            child = apply_mutation(genotype, mutation)
            if self.accept(child):
                return Proposal(child, "mutation", parent, mutation, why)
        raise NoCandidate(
            f"none of {MAX_DRAWS} mutations of the individual of step {parent.step} was acceptable"
        )
