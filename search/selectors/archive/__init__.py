"""Experiment archive: the file format for moving an experiment to another installation, and its writer."""

from search.selectors.archive.layout import (
    DRAFT,
    EVALUATION,
    EXPERIMENT,
    FINAL,
    FINAL_RUN,
    FORMAT,
    GENOTYPE,
    INDIVIDUAL,
    LEARNED,
    RECORD,
    VERSION,
    Layout,
)
from search.selectors.archive.several import archive_name, experiments_zip
from search.selectors.archive.writing import experiment_file

__all__ = [
    "DRAFT",
    "EVALUATION",
    "EXPERIMENT",
    "FINAL",
    "FINAL_RUN",
    "FORMAT",
    "GENOTYPE",
    "INDIVIDUAL",
    "LEARNED",
    "RECORD",
    "VERSION",
    "Layout",
    "archive_name",
    "experiment_file",
    "experiments_zip",
]
