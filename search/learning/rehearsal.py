"""A whole search in memory, learned strategies included, with a fitness that is a function: nothing is trained.

For the examples of the help and for tests. Pure Python, but for the learner that it is told to load.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from search.evolution.experiments.config import ExperimentConfig
from search.evolution.genotypes.alignment import aligned, difference
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies import STRATEGIES, Kept, Proposal, make_strategy
from search.evolution.strategies.feasibility import is_acceptable
from search.evolution.strategies.list_population import ListPopulation
from search.learning.base import Idea, Observation, Report

Fitness = Callable[[Genotype], float | None]
"""A fraction 0..1, or None for a training that fails."""


@dataclass
class Rehearsal:
    """One search; `run` goes on with it as far as wanted."""

    config: ExperimentConfig
    fitness: Fitness
    population: ListPopulation = field(default_factory=ListPopulation)
    proposals: list[Proposal] = field(default_factory=list)
    found: list[float | None] = field(default_factory=list)
    kept: Kept | None = None
    observed: int = 0
    content: bytes | None = None
    drafts: list[tuple[Idea, int]] = field(default_factory=list)
    version: int = 0
    learned_until: int = 0
    versions: list[int | None] = field(default_factory=list)
    learned: Report | None = None
    """What the latest version of a model says of itself."""

    def run(self, steps: int) -> "Rehearsal":
        while len(self.proposals) < steps:
            self._step(len(self.proposals))
        return self

    @property
    def best(self) -> float:
        return max(value for value in self.found if value is not None)

    def _accept(self, genotype: Genotype) -> bool:
        return is_acceptable(genotype, self.config)

    def _step(self, step: int) -> None:
        proposal, version = self._next(step)
        phenotype = build_phenotype(proposal.genotype)
        cost = network_cost(phenotype, self.config.protocol.shape_host)
        fitness = self.fitness(proposal.genotype)
        self.proposals.append(proposal)
        self.found.append(fitness)
        if fitness is not None:
            self.versions.append(version)
            self.population.add(
                proposal.genotype,
                fitness,
                step=step,
                parameters=cost.parameters,
                multiply_adds=cost.multiply_adds,
                depth=phenotype.depth,
            )

    def _next(self, step: int) -> tuple[Proposal, int | None]:
        row = STRATEGIES[self.config.strategy.kind]
        if row.runs == "worker" and step >= self.config.strategy.initial_population:
            if not self.drafts:
                self._learn(row.learner)
            if self.drafts:
                idea, version = self.drafts.pop(0)
                return Proposal(idea.genotype, "draft", why=idea.why), version
        strategy = make_strategy(self.config.strategy, self.config.space, self._accept)
        if self.kept is not None:
            strategy.restore(self.kept)
        if strategy.save() is not None:
            for member, genotype in self.population.rows[self.observed :]:
                strategy.observe(member, genotype)
            self.observed = len(self.population)
        rng = random.Random(derive_seed("proposal", self.config.seed, step))
        proposal = strategy.propose(self.population, rng, step)
        self.kept = strategy.save()
        return proposal, None

    def _learn(self, path: str) -> None:
        strategy: Any = self.config.strategy
        module, name = path.rsplit(".", 1)
        learner = getattr(import_module(module), name)(
            strategy, self.config.space, self._accept, self.config.budget.individuals
        )
        rng = random.Random(derive_seed("learning", self.config.seed, self.version))
        learner.load(self.content)
        first = 0 if learner.wants_all else self.learned_until
        learner.update(
            [
                Observation(
                    member.step, genotype, member.fitness, member.parameters, self.versions[first + index]
                )
                for index, (member, genotype) in enumerate(self.population.rows[first:])
            ],
            rng,
            lambda: None,
        )
        self.version += 1
        ideas = learner.propose(strategy.drafts, rng, lambda: None)
        self.drafts = [(idea, self.version) for idea in ideas]
        self.content, self.learned_until = learner.state(), len(self.population)
        self.learned = learner.report()

    def report(self) -> Report:
        """How the strategy chooses now, or what it has learned."""
        if STRATEGIES[self.config.strategy.kind].runs == "worker":
            return self.learned or Report()
        strategy = make_strategy(self.config.strategy, self.config.space, self._accept)
        if self.kept is not None:
            strategy.restore(self.kept)
        return strategy.report(self.population)


def likeness(target: Genotype) -> Fitness:
    """The share of edges that carry what the target's do, slots aligned: one optimum, a slope from everywhere."""
    genes = target.space.genes

    def fitness(genotype: Genotype) -> float:
        same = aligned(genotype, target)
        pairs = zip(same.levels, target.levels, strict=True)
        apart = sum(difference(one, other) for motifs in pairs for one, other in zip(*motifs, strict=True))
        return 1 - apart / genes

    return fitness
