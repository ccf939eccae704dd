"""All strategies on one benchmark table, at equal numbers of trainings, many seeds, in one process.

A training is what costs: proposing a network that this run has trained already is free, as in a search that shares
fitness. What a strategy sees is the validation accuracy of one training; what it is judged by is the mean test accuracy
of the network that it would have returned.

Must import neither Django nor torch.
"""

import random
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.hashing import derive_seed
from search.evolution.strategies import NoCandidate, make_strategy
from search.evolution.strategies.list_population import ListPopulation
from search.evolution.strategies.population import Member, rank
from search.evolution.strategies.settings import StrategyConfig
from search.tables.lookup import TableLookup, training_of

STEPS_PER_TRAINING = 20
"""A run ends after so many steps for each training, however few new networks its strategy still proposes."""
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


def search_table(
    lookup: TableLookup, config: StrategyConfig, *, seed: int, trainings: int, budget: int | None = None
) -> SearchTrace:
    """One search on the table: up to so many trainings of `budget` steps each (None: whole trainings)."""
    table = lookup.table
    steps = table.budgets[-1] if budget is None else budget
    rng = random.Random(derive_seed("league", seed))
    population = RankedPopulation()
    strategy = make_strategy(config, table.space, lambda genotype: lookup.row(genotype) is not None)
    fitness: dict[int, float] = {}
    trained: list[int] = []
    returned: list[int] = []
    seconds: list[float] = []
    step = 0
    while len(trained) < trainings and step < STEPS_PER_TRAINING * trainings:
        if step and strategy.save() is not None:
            strategy.observe(*population.rows[-1])
        try:
            genotype = strategy.propose(population, rng, step).genotype
        except NoCandidate:
            break
        row = lookup.row(genotype)
        assert row is not None  # or it was not accepted
        if row not in fitness:
            number = training_of(table, table.keys[row], seed, 0)
            fitness[row] = table.accuracy_of(row, steps, seed=number)
            trained.append(row)
            seconds.append((seconds[-1] if seconds else 0.0) + table.seconds_of(row, steps, seed=number))
            best = returned[-1] if returned else row
            returned.append(row if fitness[row] > fitness[best] else best)
        population.add(genotype, fitness[row], step=step, parameters=int(table.parameters[row]))
        step += 1
    return SearchTrace(np.array(trained), np.array(returned), np.array(seconds), step)


@dataclass(frozen=True)
class Contender:
    """One strategy in the league."""

    kind: str
    config: StrategyConfig
    traces: tuple[SearchTrace, ...]


def run_contender(
    lookup: TableLookup, config: StrategyConfig, *, seeds: Iterable[int], trainings: int
) -> Contender:
    """All its seeds."""
    traces = [search_table(lookup, config, seed=seed, trainings=trainings) for seed in seeds]
    return Contender(config.kind, config, tuple(traces))
