"""What the launch page says of a search whose children inherit weights."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.presets import PRESETS
from search.selectors.progress import Recorded
from visualize.pages.launch.evaluator_fields import inheritance_sentence
from visualize.pages.launch.warnings import launch_warnings
from visualize.pages.shared.duration_estimate import carrying_seconds, estimate
from visualize.pages.shared.signal_sentence import signal_sentence


def config(*, kind: str = "inherit", preset: str = "quick", **strategy: Any) -> ExperimentConfig:
    document = PRESETS[preset].config.to_json()
    document["protocol"]["evaluator"] = {"kind": kind}
    document["strategy"] |= strategy
    return ExperimentConfig.model_validate(document)


def warned(given: ExperimentConfig) -> str:
    return " ".join(launch_warnings(given, estimate(given, Recorded(0, 0.0), None)))


def test_the_sentence_says_how_long_children_train_and_where_figures_to_report_come_from() -> None:
    given = config()
    told = inheritance_sentence(given)
    assert f"for {given.protocol.steps:,} steps" in told
    assert "within this search alone" in told
    assert "test scores, which train from random weights" in told
    assert inheritance_sentence(config(kind="train")) == ""


def test_the_estimate_counts_what_carrying_the_weights_takes_of_children_and_of_nobody_else() -> None:
    given, scratch = config(), config(kind="train")
    assert carrying_seconds(scratch) == 0
    extra = carrying_seconds(given)
    assert extra > 0
    children = given.budget.individuals - given.strategy.initial_population
    for recorded in (Recorded(0, 0.0), Recorded(100, 3.0)):
        plain = estimate(scratch, recorded, None)
        inherited = estimate(given, recorded, None, extra_seconds=extra)
        expected = extra * children * given.protocol.repeats
        assert inherited.device_seconds - plain.device_seconds == pytest.approx(expected)


def test_a_larger_space_takes_longer_to_carry() -> None:
    assert carrying_seconds(config(preset="paper-hierarchical")) > carrying_seconds(config())


def test_what_keeps_weights_from_being_inherited_is_warned_of(settings: Settings) -> None:
    assert "inherit" not in warned(config()).lower()
    assert "Random search has no parents" in warned(config(kind="inherit", preset="paper-random-200"))
    settings.KEPT_WEIGHTS_BYTES = 0
    assert "NASWEB_KEPT_WEIGHTS_MIB is 0" in warned(config())
    assert "NASWEB_KEPT_WEIGHTS_MIB" not in warned(config(kind="train"))


def test_what_a_training_from_scratch_tells_is_not_told_of_one_that_goes_on() -> None:
    document = PRESETS["benchmark"].config.protocol.model_dump(mode="json")
    protocol = PRESETS["benchmark"].config.protocol
    assert "One training tells" in signal_sentence(protocol)
    inherited = type(protocol).model_validate(document | {"evaluator": {"kind": "inherit"}})
    assert signal_sentence(inherited) == ""
