"""A whole experiment as a file that another installation can take in: its format, and writing one."""

from search.selectors.whole.layout import (
    EVALUATION,
    EXPERIMENT,
    FORMAT,
    GENOTYPE,
    INDIVIDUAL,
    RECORD,
    VERSION,
    Layout,
)
from search.selectors.whole.writing import experiment_file

__all__ = [
    "EVALUATION",
    "EXPERIMENT",
    "FORMAT",
    "GENOTYPE",
    "INDIVIDUAL",
    "RECORD",
    "VERSION",
    "Layout",
    "experiment_file",
]
