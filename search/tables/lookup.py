"""A table as searches in one process use it: each genotype's network is worked out once.

Must import neither Django nor torch.
"""

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.hashing import derive_seed
from search.tables.table import OutOfDomain, Seed, Split, TableFacts


class Column(Protocol):
    """One value a row."""

    def __getitem__(self, row: int, /) -> Any: ...


class ScoredNetworks(Protocol):
    """What a search asks of networks by their rows: a table, or a surrogate that grows as it is asked."""

    @property
    def space(self) -> SearchSpace: ...
    @property
    def budgets(self) -> tuple[int, ...]: ...
    @property
    def about(self) -> dict[str, Any]: ...
    @property
    def facts(self) -> TableFacts: ...
    @property
    def seeds(self) -> int: ...
    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def parameters(self) -> Column: ...
    @property
    def test_accuracy(self) -> npt.NDArray[np.float64]: ...
    def __len__(self) -> int: ...
    def row_of(self, genotype: Genotype) -> int: ...
    def accuracy_of(self, row: int, budget: int, split: Split = ..., *, seed: Seed) -> float: ...
    def seconds_of(self, row: int, budget: int, *, seed: Seed) -> float: ...


Scored_co = TypeVar("Scored_co", bound=ScoredNetworks, covariant=True)


class TableLookup(Generic[Scored_co]):
    """Rows of a table, or of a surrogate, by genotype, remembered: a space of 110,592 genotypes fits into memory."""

    def __init__(self, table: Scored_co) -> None:
        self.table = table
        self._known: dict[tuple[object, ...], int | None] = {}

    def row(self, genotype: Genotype) -> int | None:
        """The row of its network; None where it builds none, or none that is known there."""
        key = genotype.levels
        if key not in self._known:
            try:
                self._known[key] = self.table.row_of(genotype)
            except OutOfDomain:
                self._known[key] = None
        return self._known[key]


Lookup = TableLookup[ScoredNetworks]
"""Of either kind."""


def training_of(table: ScoredNetworks, key: str, seed: int, repeat: int) -> int:
    """Which of a network's trainings answers for a repeat: another seed may draw another, repeats never share one.

    Raises OutOfDomain where there are fewer trainings than repeats.
    """
    if repeat >= table.seeds:
        raise OutOfDomain(
            f"repeat {repeat + 1}: table {table.about['name']} has {table.seeds} trainings of each network; "
            f"ask for at most {table.seeds} repeats"
        )
    return (derive_seed("table", key, seed) + repeat) % table.seeds
