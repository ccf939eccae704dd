"""The benchmark tables and samples that come with the project, by name.

Must import neither Django nor torch.
"""

from functools import lru_cache
from pathlib import Path

from search.tables import reports
from search.tables.table import BenchmarkTable, OutOfDomain

DEFAULT = "hierarchical-small"


def load_table(name: str) -> BenchmarkTable:
    """That table, read once a process. Raises OutOfDomain for an unknown name, UnreadableTable for a broken file."""
    if name not in reports.table_names():
        known = ", ".join(reports.table_names()) or "none"
        raise OutOfDomain(f"there is no benchmark table {name!r}; those here: {known}")
    return _load(reports.FOLDER / f"{name}.npz")


def sample_path(name: str) -> Path:
    """The file of that sample. Raises OutOfDomain for an unknown name."""
    if name not in reports.sample_names():
        known = ", ".join(reports.sample_names()) or "none"
        raise OutOfDomain(f"there is no surrogate {name!r}; those here: {known}")
    return reports.FOLDER / reports.SAMPLES / f"{name}.npz"


@lru_cache(maxsize=4)
def _load(path: Path) -> BenchmarkTable:
    return BenchmarkTable.load(path)
