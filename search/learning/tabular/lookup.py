"""A surrogate as searches in one process use it: a table that grows by each network that is asked for.

Must import neither Django nor torch.
"""

from typing import Any

import numpy as np

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.learning.tabular.boosting import Floats
from search.learning.tabular.surrogate import Surrogate, load_surrogate
from search.tables.lookup import TableLookup
from search.tables.table import Seed, Split, TableFacts

SEEDS = 2**31
"""Trainings that one network may be said to have: each draws its own noise."""


class GrowingTable:
    """What the league asks of a table. `len` is the number of sampled networks, the first rows: a share of them is a
    share of random networks. Later rows are those that searches asked for."""

    def __init__(self, surrogate: Surrogate) -> None:
        self._surrogate = surrogate
        self._networks: list[Phenotype] = []
        self._rows: dict[str, int] = {}
        self._test: list[float] = []
        self.space: SearchSpace = surrogate.space
        self.budgets: tuple[int, ...] = surrogate.budgets
        self.about: dict[str, Any] = surrogate.about
        self.seeds = SEEDS
        self.keys: list[str] = []
        self.parameters: list[int] = []
        for key in surrogate.sample.keys:
            self.place(build_phenotype(surrogate.sample.genotype(key)))

    def __len__(self) -> int:
        return len(self._surrogate.sample)

    @property
    def facts(self) -> TableFacts:
        """Of the sample."""
        return self._surrogate.sample.facts

    @property
    def test_accuracy(self) -> Floats:
        """Predicted mean test accuracy of each row after the whole training."""
        return np.array(self._test)

    def row_of(self, genotype: Genotype) -> int:
        """The row of the network that a genotype builds. Raises OutOfDomain."""
        return self.place(self._surrogate.phenotype(genotype))

    def place(self, phenotype: Phenotype) -> int:
        """The row of a network, a new one where it has none."""
        if phenotype.key not in self._rows:
            self._rows[phenotype.key] = len(self.keys)
            self.keys.append(phenotype.key)
            self._networks.append(phenotype)
            self.parameters.append(network_cost(phenotype, self._surrogate.host).parameters)
            self._test.append(self._surrogate.accuracy_of(phenotype, self.budgets[-1], "test", seed="mean"))
        return self._rows[phenotype.key]

    def accuracy_of(self, row: int, budget: int, split: Split = "validation", *, seed: Seed) -> float:
        return self._surrogate.accuracy_of(self._networks[row], budget, split, seed=seed)

    def seconds_of(self, row: int, budget: int, *, seed: Seed) -> float:
        """Predicted, the same for every training."""
        return self._surrogate.seconds_of(self._networks[row], budget)


def surrogate_lookup(name: str) -> TableLookup[GrowingTable]:
    """Of the surrogate of that sample. Raises OutOfDomain, UnreadableTable."""
    return TableLookup(GrowingTable(load_surrogate(name)))
