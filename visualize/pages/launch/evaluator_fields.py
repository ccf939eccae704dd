"""Fields of the launch form about how fitness is got, where it is not by training from random weights."""

from typing import Any

from django import forms
from django.conf import settings

from search.evolution.experiments.config import ConfigError, ExperimentConfig
from search.evolution.experiments.evaluators import InheritWeights, LookUpInTable
from search.tables.reports import table_names
from visualize.pages.shared.duration_estimate import NO_PARENTS, carrying_seconds, rough_seconds
from visualize.pages.shared.field_kinds import flag

NOT_BOTH = "Where fitness is looked up in a table nothing is trained and no weights are inherited: choose one of both"
WITHOUT_PARENTS = (
    "Random search has no parents: every network starts from random weights. Choose another strategy, or leave "
    "“Inherit weights” off."
)
NOTHING_KEPT = (
    "No weights are kept here (NASWEB_KEPT_WEIGHTS_MIB is 0), so every child would fail. Raise it, or leave “Inherit "
    "weights” off."
)


def _choices() -> list[tuple[str, str]]:
    return [("", "None: each network is trained"), *((name, name) for name in table_names())]


class EvaluatorFields(forms.Form):
    """The part of the launch form that the protocol's evaluator is made of."""

    table = forms.ChoiceField(
        choices=_choices,  # asked anew for each form
        required=False,
        label="Benchmark table",
        help_text="Fitness is looked up there and nothing is trained: thousands of networks in a minute. Space and "
        "training must be the table's; steps one of its budgets.",
    )
    inherit = flag(
        "Inherit weights",
        "A child starts with its parent's weights, so that few training steps are enough. Meant for the strategies "
        "Edit controller and Pareto evolution.",
    )


def evaluator_values(config: ExperimentConfig) -> dict[str, Any]:
    """The fields' values as they describe a configuration."""
    evaluator = config.protocol.evaluator
    return {
        "table": evaluator.table if isinstance(evaluator, LookUpInTable) else "",
        "inherit": isinstance(evaluator, InheritWeights),
    }


def evaluator_of(values: dict[str, Any]) -> dict[str, Any]:
    """What the protocol says of it: nothing where each network is trained from random weights. Raises ConfigError."""
    table, inherit = values["table"], values["inherit"]
    if table and inherit:
        raise ConfigError([("form.inherit", NOT_BOTH)])
    if inherit:
        return {"evaluator": {"kind": "inherit"}}
    return {"evaluator": {"kind": "table", "table": table}} if table else {}


def inheritance_sentence(config: ExperimentConfig) -> str:
    """What inheriting means for this search; empty where no weights are inherited."""
    if not isinstance(config.protocol.evaluator, InheritWeights):
        return ""
    steps = config.protocol.steps
    return (
        f"A child goes on from its parent's weights for {steps:,} step{'' if steps == 1 else 's'}; carrying them takes "
        f"about {rough_seconds(carrying_seconds(config))} more each. So its fitness is its ancestors' training, too, "
        "and is compared within this search alone. Figures to report come from test scores, which train from random "
        "weights."
    )


def inheritance_warnings(config: ExperimentConfig) -> list[str]:
    """What would keep weights from being inherited."""
    if not isinstance(config.protocol.evaluator, InheritWeights):
        return []
    if config.strategy.kind in NO_PARENTS:
        return [WITHOUT_PARENTS]
    return [] if settings.KEPT_WEIGHTS_BYTES else [NOTHING_KEPT]
