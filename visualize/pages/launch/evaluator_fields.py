"""Fields of the launch form about how fitness is got, where it is not by training from random weights."""

from typing import Any

from django import forms
from django.conf import settings

from search.evolution.experiments.config import ConfigError, ExperimentConfig
from search.evolution.experiments.evaluators import (
    EvaluatorConfig,
    InheritWeights,
    LookUpInTable,
    PredictBySurrogate,
    ScoreWithSharedWeights,
)
from search.evolution.experiments.shared_trainings import SharedTraining
from search.evolution.genotypes.slot_diff import same_shape
from search.evolution.networks.host import Host
from search.models import WorkState
from search.selectors.shared_trainings import shared_trainings
from search.tables.reports import sample_names, table_names
from visualize.pages.shared.duration_estimate import NO_PARENTS, carrying_seconds, rough_seconds
from visualize.pages.shared.field_kinds import flag

ONE_OF_THEM = (
    "Fitness comes from a benchmark table, from inherited weights or from a shared training: choose one"
)
OTHER_SPACE = "“{name}” is a shared training of another search space, and can score none of these networks."
OTHER_HOST = (
    "“{name}” is a shared training for {theirs}, and these networks are for {mine}: give both the same data set, "
    "image size, host, channels and cells."
)
WITHOUT_PARENTS = (
    "Random search has no parents: every network starts from random weights. Choose another strategy, or leave "
    "“Inherit weights” off."
)
NOTHING_KEPT = (
    "No weights are kept here (NASWEB_KEPT_WEIGHTS_MIB is 0), so every child would fail. Raise it, or leave “Inherit "
    "weights” off."
)
SURROGATE = "surrogate "
"""Begins the value of a choice that is no table."""


def _choices() -> list[tuple[str, str]]:
    return [
        ("", "None: each network is trained"),
        *((name, name) for name in table_names()),
        *((SURROGATE + name, f"Surrogate of {name}: predicted, not measured") for name in sample_names()),
    ]


def _shared_trainings() -> list[tuple[str, str]]:
    rows = shared_trainings().exclude(state__in=(WorkState.FAILED, WorkState.CANCELLED))
    told = [
        (key, name if state == WorkState.DONE else f"{name} ({state})")
        for key, name, state in rows.values_list("key", "name", "state")
    ]
    return [("", "None: each network is trained"), *told]


class EvaluatorFields(forms.Form):
    """The part of the launch form that the protocol's evaluator is made of."""

    table = forms.ChoiceField(
        choices=_choices,  # asked anew for each form
        required=False,
        label="Benchmark table",
        help_text="Fitness is looked up there and nothing is trained: thousands of networks in a minute. Space and "
        "training must be the table's; steps one of its budgets. A surrogate predicts, it was never measured.",
    )
    shared_training = forms.ChoiceField(
        choices=_shared_trainings,
        required=False,
        label="Shared weights",
        help_text="Each network is scored with the weights of this shared training, in seconds. Space, data set and "
        "host must be its own; the search waits until it is done.",
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
        "table": _if_here(_table_choice(evaluator), _choices()),
        "shared_training": _if_here(evaluator.artifact, _shared_trainings())
        if isinstance(evaluator, ScoreWithSharedWeights)
        else "",
        "inherit": isinstance(evaluator, InheritWeights),
    }


def _table_choice(evaluator: EvaluatorConfig) -> str:
    if isinstance(evaluator, PredictBySurrogate):
        return SURROGATE + evaluator.sample
    return evaluator.table if isinstance(evaluator, LookUpInTable) else ""


def _if_here(value: str, choices: list[tuple[str, str]]) -> str:
    return value if any(value == key for key, _ in choices) else ""


def evaluator_of(values: dict[str, Any]) -> dict[str, Any]:
    """What the protocol says of it: nothing where each network is trained from random weights. Raises ConfigError."""
    table, inherit, shared = values["table"], values["inherit"], values["shared_training"]
    if sum(map(bool, (table, inherit, shared))) > 1:
        raise ConfigError([("form.inherit" if inherit else "form.shared_training", ONE_OF_THEM)])
    if shared:
        return {"evaluator": {"kind": "shared_weights", "artifact": shared}}
    if inherit:
        return {"evaluator": {"kind": "inherit"}}
    if table.startswith(SURROGATE):
        return {"evaluator": {"kind": "surrogate", "sample": table.removeprefix(SURROGATE)}}
    return {"evaluator": {"kind": "table", "table": table}} if table else {}


def shared_training_fault(config: ExperimentConfig) -> str:
    """Why the chosen shared training can score none of these networks; empty where it can, or none is chosen."""
    evaluator = config.protocol.evaluator
    if not isinstance(evaluator, ScoreWithSharedWeights):
        return ""
    row = shared_trainings().get(key=evaluator.artifact)
    theirs = SharedTraining.model_validate(row.document)
    if not same_shape(theirs.space, config.space):
        return OTHER_SPACE.format(name=row.name)
    host, mine = theirs.protocol.shape_host, config.protocol.shape_host
    if host != mine:
        return OTHER_HOST.format(name=row.name, theirs=_host_words(host), mine=_host_words(mine))
    return ""


def _host_words(host: Host) -> str:
    cells = f"{host.cells} cell{'' if host.cells == 1 else 's'} a group"
    size = f"{host.image_size} × {host.image_size} pixels"
    return f"host {host.kind}, {host.channels} channels, {cells}, {size}, {host.classes} classes"


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
