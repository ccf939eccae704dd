"""The launch form's field that looks fitness up in a benchmark table instead of training."""

from typing import Any

from django import forms

from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.evaluators import LookUpInTable
from search.tables.reports import table_names


def _choices() -> list[tuple[str, str]]:
    return [("", "None: each network is trained"), *((name, name) for name in table_names())]


def table_field() -> forms.ChoiceField:
    """Asks anew for each form which tables there are."""
    return forms.ChoiceField(
        choices=_choices,
        required=False,
        label="Benchmark table",
        help_text="Fitness is looked up there and nothing is trained: thousands of networks in a minute. Space and "
        "training must be the table's; steps one of its budgets.",
    )


def table_of(config: ExperimentConfig) -> str:
    """The field's value as it describes a configuration."""
    evaluator = config.protocol.evaluator
    return evaluator.table if isinstance(evaluator, LookUpInTable) else ""


def evaluator_of(table: str) -> dict[str, Any]:
    """What the protocol says of it: nothing where networks are trained."""
    return {"evaluator": {"kind": "table", "table": table}} if table else {}
