"""Creation body to experiment configuration: base preset, overrides, and unknown fields."""

import json
from collections.abc import Iterator
from typing import Any

from search import selectors
from search.api.budgets import hours_of
from search.api.error_answers import config_faults
from search.api.problems import Fault, all_invalid, invalid
from search.api.schemas.experiments import ExperimentCreate
from search.evolution.experiments.config import ConfigError, ExperimentConfig, experiment_config
from search.evolution.experiments.preset_datasets import moved_to_dataset
from search.evolution.experiments.presets import PRESETS
from search.models import Experiment


def wanted_experiment(body: ExperimentCreate) -> tuple[str, ExperimentConfig]:
    """The name and the configuration that a body asks for. Raises Problem (422)."""
    name, base = _base(body)
    document = merged(base, body.overrides or {})
    if body.budget is not None:
        document = merged(document, {"budget": {"device_hours": hours_of(body.budget)}})
    roots = {"overrides": body.overrides, "config": body.config}
    try:
        config = experiment_config(document)
    except ConfigError as error:
        root = _root(body, error)
        raise all_invalid(config_faults(error, roots[root], root)) from None
    stored = config.to_json()
    faults = [fault for root, given in roots.items() for fault in changed(given or {}, stored, root)]
    if faults:
        raise all_invalid(faults)
    return body.name or name, config


def _base(body: ExperimentCreate) -> tuple[str, dict[str, Any]]:
    if body.preset is not None:
        row = PRESETS.get(body.preset)
        if row is None:
            raise invalid("body", "preset", f"unknown preset; use one of {', '.join(PRESETS)}", body.preset)
        over = (body.overrides or {}).get("protocol")
        protocol = moved_to_dataset(row.config.protocol, over if isinstance(over, dict) else {})
        return row.title, row.config.to_json() | {"protocol": protocol}
    if body.clone_of is not None:
        experiment = named_experiment("clone_of", body.clone_of)
        return experiment.name, experiment.config
    return "Untitled", body.config or {}


def _root(body: ExperimentCreate, error: ConfigError) -> str:
    """Which part of the body to blame: the overrides, if they hold the first field that is not right."""
    if body.config is None:
        return "overrides"
    value: Any = body.overrides or {}
    for part in error.errors[0][0].split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return "config" if value is None else "overrides"


def merged(base: Any, over: Any) -> Any:
    """Objects field by field; anything else, null included, takes the place of what was there."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return base | {name: merged(base.get(name), value) for name, value in over.items()}


def changed(given: Any, stored: Any, path: str) -> Iterator[Fault]:
    """Values that were read as something else than was written, such as "5" as 5 or true as 1.

    What is stored must be what was sent; nobody should have to compare the two.
    """
    if isinstance(given, dict):
        for name, value in given.items():
            if isinstance(stored, dict) and name in stored:
                yield from changed(value, stored[name], f"{path}.{name}")
    elif isinstance(given, list):
        for index, (one, other) in enumerate(zip(given, stored, strict=False)):
            yield from changed(one, other, f"{path}.{index}")
    elif _sort(given) != _sort(stored):
        yield Fault("body", path, f"must be written as {json.dumps(stored)}", given)


def _sort(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


def named_experiment(field: str, experiment_id: int) -> Experiment:
    """The one that a field of a body names, not the address: an unknown one is a wrong value. Raises Problem (422)."""
    try:
        return selectors.experiment_by_id(experiment_id)
    except Experiment.DoesNotExist:
        raise invalid("body", field, "there is no such experiment", experiment_id) from None
