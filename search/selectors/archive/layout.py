"""Experiment archive format: JSON lines, each an object whose one field names its kind.

    {"nasweb": "experiment", "version": 1, ...}                     the head
    {"experiment": {...}}                                           once; `best` is a step
    {"learned": {...}}                                              what a learned strategy's model knows; at most once
    {"draft": {...}}                                                what it has proposed ahead, the oldest first
    {"genotype": {...}}                                             each before whoever refers to it by its key
    {"evaluation": {..., "genotype": key, "records": [{...}]}}      with its finished repeats
    {"final": {..., "genotype": key, "records": [{...}]}}           a done final evaluation of one of its networks
    {"individual": {..., "genotype": key, "parent": step, "protocol_key": ..., "context_key": ...}}   by step, from 0
    {"end": {"genotypes": n, "evaluations": n, "records": n, "individuals": n}}     and "drafts": n, "finals": n where
                                                                                    there are any

The fields are those of the tables, so that a new column is in the file from its first day. What follows from
other fields is not in it (motifs and their uses, for instance, follow from the genotypes): a file cannot contradict
itself there. A column that changes its meaning wants a new VERSION.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Field, Model

from search.models import (
    Draft,
    Evaluation,
    Experiment,
    FinalEvaluation,
    FinalRun,
    FitnessRecord,
    Genotype,
    Individual,
    StrategyState,
)

FORMAT = "experiment"
VERSION = 1


@dataclass(frozen=True)
class Layout:
    """Which columns of a table are in the file under their own names."""

    model: type[Model]
    left_out: Mapping[str, str]
    """Column -> why it is not in the file, or not as it is."""

    @cached_property
    def fields(self) -> dict[str, "Field[Any, Any]"]:
        return {
            field.name: field
            for field in self.model._meta.concrete_fields
            if not field.is_relation and not field.primary_key and field.name not in self.left_out
        }

    def values(self, row: Model) -> dict[str, Any]:
        """The columns of a row, as JSON has them."""
        values = {name: getattr(row, name) for name in self.fields}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
        }


EXPERIMENT = Layout(
    Experiment,
    {
        "owner": "people of one installation are nobody on another",
        "launch": "tells a form that was sent twice, and is spent",
        "best": "is written as its step",
        "rescores": "is an individual of another experiment, which the file does not hold",
    },
)
LEARNED = Layout(
    StrategyState,
    {
        "experiment": "is the file's",
        "lease": "a claim of a worker that the other installation does not have",
        "worker": "who last held that claim",
        "heartbeat_at": "a sign of life of that worker",
        "sent_at": "a message of this broker",
    },
)
DRAFT = Layout(Draft, {"experiment": "is the file's"})
GENOTYPE = Layout(
    Genotype,
    {
        "text": "follows from space and levels",
        "operation_counts": "follows from space and levels",
        "depth": "follows from space and levels",
    },
)
EVALUATION = Layout(
    Evaluation,
    {
        "genotype": "is written as its key",
        "artifact": "its key is in the context; its file stays where it was trained",
        "lease": "a claim of a worker that the other installation does not have",
        "sent_at": "a message of this broker",
    },
)
RECORD = Layout(FitnessRecord, {"evaluation": "holds it"})
FINAL = Layout(
    FinalEvaluation,
    {
        "genotype": "is written as its key",
        "owner": "people of one installation are nobody on another",
        "live_curve": "of a run under way, and only done ones are in the file",
        "lease": "a claim of a worker that the other installation does not have",
        "sent_at": "a message of this broker",
    },
)
FINAL_RUN = Layout(FinalRun, {"final": "holds it"})
INDIVIDUAL = Layout(
    Individual,
    {
        "experiment": "is the file's",
        "genotype": "is written as its key",
        "parent": "is written as its step",
        "evaluation": "is written as its protocol's key; the network's is the genotype's",
    },
)
