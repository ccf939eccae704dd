"""A table as searches in one process use it: each genotype's network is worked out once.

Must import neither Django nor torch.
"""

from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.hashing import derive_seed
from search.tables.table import BenchmarkTable, OutOfDomain


class TableLookup:
    """Rows of a table by genotype, remembered: a space of 110,592 genotypes fits into memory."""

    def __init__(self, table: BenchmarkTable) -> None:
        self.table = table
        self._known: dict[tuple[object, ...], int | None] = {}

    def row(self, genotype: Genotype) -> int | None:
        """The row of its network; None where it builds none, or none of the table's."""
        key = genotype.levels
        if key not in self._known:
            try:
                self._known[key] = self.table.row(self.table.canonical(genotype))
            except OutOfDomain:
                self._known[key] = None
        return self._known[key]


def training_of(table: BenchmarkTable, key: str, seed: int, repeat: int) -> int:
    """Which of a network's trainings answers for a repeat: another seed may draw another, repeats never share one.

    Raises OutOfDomain where there are fewer trainings than repeats.
    """
    if repeat >= table.seeds:
        raise OutOfDomain(
            f"repeat {repeat + 1}: table {table.about['name']} has {table.seeds} trainings of each network; "
            f"ask for at most {table.seeds} repeats"
        )
    return (derive_seed("table", key, seed) + repeat) % table.seeds
