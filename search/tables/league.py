"""All strategies on one benchmark table, at equal numbers of trainings, many seeds, in one process.

A training is what costs: proposing a network that this run has trained already is free, as in a search that shares
fitness. What a strategy sees is the validation accuracy of one training; what it is judged by is the mean test accuracy
of the network that it would have returned.

Must import neither Django nor torch.
"""

import random
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from search.evolution.experiments.config import Budget, ExperimentConfig, Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.hashing import derive_seed
from search.evolution.strategies import STRATEGIES, NoCandidate, make_strategy
from search.evolution.strategies.list_population import ListPopulation
from search.evolution.strategies.population import Member, rank
from search.evolution.strategies.settings import StrategyConfig
from search.tables.lookup import Lookup, training_of

STEPS_PER_TRAINING = 20
"""A run ends after so many steps for each training, however few new networks its strategy still proposes."""
REHEARSAL = "search.learning.rehearsal.Rehearsal"
LARGEST_SEED = 2**31
"""Of an experiment."""
Floats = npt.NDArray[np.float64]


class RankedPopulation(ListPopulation):
    """A `ListPopulation` that keeps its ranking, so that a tournament does not sort."""

    def __init__(self) -> None:
        super().__init__()
        self._ranked: list[tuple[tuple[float, int, int], int]] = []

    def add(self, genotype: Genotype, fitness: float, **costs: Any) -> None:
        super().add(genotype, fitness, **costs)
        member = self.rows[-1][0]
        insort(self._ranked, (rank(member), member.id))

    def placed(self, place: int) -> Member:
        return self.rows[self._ranked[place][1]][0]

    def fittest(self, first: int, count: int) -> list[tuple[int, Member]]:
        return [(index, self.rows[index][0]) for _, index in self._ranked[first : first + count]]


@dataclass(frozen=True)
class SearchTrace:
    """One run: what it had after each of its trainings."""

    trained: npt.NDArray[np.int64]
    """Rows of the networks in the order in which they were trained."""
    returned: npt.NDArray[np.int64]
    """Row of the network with the best validation accuracy so far, after each training."""
    seconds: Floats
    """Of a processor, spent on trainings so far."""
    steps: int
    """Individuals proposed, those of known networks too."""


@dataclass
class _Run:
    """The trainings of one search, each looked up once."""

    lookup: Lookup
    seed: int
    most: int
    """Trainings after which it ends."""
    budget: int
    """Steps of each."""
    fitness: dict[int, float] = field(default_factory=dict)
    """Row -> validation accuracy."""
    trained: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    steps: int = 0

    @property
    def goes_on(self) -> bool:
        return len(self.trained) < self.most and self.steps < STEPS_PER_TRAINING * self.most

    def score(self, genotype: Genotype) -> tuple[int, float]:
        """The row of a proposal, which is trained unless it was, and its validation accuracy."""
        row, table = self.lookup.row(genotype), self.lookup.table
        assert row is not None  # or it was not accepted
        self.steps += 1
        if row not in self.fitness:
            number = training_of(table, table.keys[row], self.seed, 0)
            self.fitness[row] = table.accuracy_of(row, self.budget, seed=number)
            self.trained.append(row)
            taken = table.seconds_of(row, self.budget, seed=number)
            self.seconds.append((self.seconds[-1] if self.seconds else 0.0) + taken)
            best = self.returned[-1] if self.returned else row
            self.returned.append(row if self.fitness[row] > self.fitness[best] else best)
        return row, self.fitness[row]

    def trace(self) -> SearchTrace:
        return SearchTrace(
            np.array(self.trained), np.array(self.returned), np.array(self.seconds), self.steps
        )


def search_table(
    lookup: Lookup, config: StrategyConfig, *, seed: int, trainings: int, budget: int | None = None
) -> SearchTrace:
    """One search on the table: up to so many trainings of `budget` steps each (None: whole trainings)."""
    run = _Run(lookup, seed, trainings, lookup.table.budgets[-1] if budget is None else budget)
    if STRATEGIES[config.kind].runs == "worker":
        _learn_and_draw(run, config)
    else:
        _propose(run, config)
    return run.trace()


def _propose(run: _Run, config: StrategyConfig) -> None:
    table = run.lookup.table
    rng = random.Random(derive_seed("league", run.seed))
    population = RankedPopulation()
    strategy = make_strategy(config, table.space, lambda genotype: run.lookup.row(genotype) is not None)
    while run.goes_on:
        step = run.steps
        if step and strategy.save() is not None:
            strategy.observe(*population.rows[-1])
        try:
            genotype = strategy.propose(population, rng, step).genotype
        except NoCandidate:
            break
        row, fitness = run.score(genotype)
        population.add(genotype, fitness, step=step, parameters=int(table.parameters[row]))


def _learn_and_draw(run: _Run, config: StrategyConfig) -> None:
    """As in a search whose drafts always come in time; the model is found by its path, as workers find it."""
    table = run.lookup.table
    experiment = ExperimentConfig(
        space=table.space,
        strategy=config,
        protocol=Protocol.model_validate(table.about["protocol"]),
        budget=Budget(individuals=run.most),
        seed=derive_seed("league", run.seed) % LARGEST_SEED,
    )
    module, name = REHEARSAL.rsplit(".", 1)
    rehearsal = getattr(import_module(module), name)(experiment, lambda genotype: run.score(genotype)[1])
    while run.goes_on:
        rehearsal.run(run.steps + 1)


@dataclass(frozen=True)
class Contender:
    """One strategy in the league."""

    kind: str
    config: StrategyConfig
    traces: tuple[SearchTrace, ...]


def run_contender(
    lookup: Lookup, config: StrategyConfig, *, seeds: Iterable[int], trainings: int
) -> Contender:
    """All its seeds."""
    traces = [search_table(lookup, config, seed=seed, trainings=trainings) for seed in seeds]
    return Contender(config.kind, config, tuple(traces))
