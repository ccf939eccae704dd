"""A budget of device hours ends a search: nothing more is proposed, what is in training counts, more lets it go on."""

import logging
from typing import Any

import pytest

from search import services
from search.evolution.experiments.config import ConfigError, experiment_config
from search.models import Experiment, Individual
from search.selectors.consistency_audit import violations
from search.services import Conflict
from search.services.experiments.changes import Changes, update_experiment
from tests.search.searching import claim_next, finish, small_config, started, work_off

pytestmark = pytest.mark.django_db

TWO_TRAININGS = 3 / 3600
"""Hours: `finish` records trainings of two seconds, so that the second one spends it."""


def hurried(individuals: int = 12, hours: float = TWO_TRAININGS, **budget: Any) -> Experiment:
    return started(small_config(individuals=individuals, budget={"device_hours": hours, **budget}))


def changed(experiment: Experiment, **changes: Any) -> Experiment:
    return update_experiment(experiment_id=experiment.pk, changes=Changes(**changes))


def test_a_spent_budget_ends_the_search_and_what_is_in_training_still_counts(
    settings: Any, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    settings.DEVICE_HOUR_PRICE = "3600 EUR"
    experiment = hurried(12, in_flight=3)
    claims = [claim_next(experiment) for _ in range(3)]
    finish(claims[0], 0.4)
    services.advance_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.proposed) == ("running", 4)
    finish(claims[1], 0.5)
    services.advance_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.proposed) == ("running", 4), "two are in training, none is proposed"
    finish(claims[2], 0.6)
    with caplog.at_level(logging.INFO, "search.journal"), django_capture_on_commit_callbacks(execute=True):
        finish(claim_next(experiment), 0.9)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.proposed, experiment.evaluated) == ("finished", 4, 4)
    assert experiment.best is not None
    assert experiment.best.fitness == 0.9
    assert experiment.reason.startswith(
        "The budget of 0.000833333 device hours (3.00 EUR) is spent, with 4 of 12"
    )
    assert any("is finished" in line.message for line in caplog.records)
    assert [row for row in violations() if row.rule == "ended"] == []


def test_more_device_hours_let_it_go_on_and_as_many_do_not() -> None:
    experiment = hurried(6, in_flight=1)
    for _ in range(2):
        finish(claim_next(experiment))
    experiment.refresh_from_db()
    assert (experiment.state, experiment.proposed) == ("finished", 2)
    with pytest.raises(Conflict, match=r"has spent 0\.001111 device hours, its whole budget"):
        changed(experiment, device_hours=TWO_TRAININGS)
    with pytest.raises(Conflict, match="its whole budget"):
        changed(experiment, individuals=20)
    experiment = changed(experiment, device_hours=1)
    assert (experiment.state, experiment.reason, experiment.finished_at) == ("running", "", None)
    for _ in range(4):
        finish(claim_next(experiment))
    experiment.refresh_from_db()
    assert (experiment.state, experiment.proposed, experiment.reason) == ("finished", 6, "")


def test_without_the_budget_it_goes_on_to_its_last_network() -> None:
    experiment = hurried(3, in_flight=1)
    for _ in range(2):
        finish(claim_next(experiment))
    experiment = changed(experiment, device_hours=0)
    assert experiment.device_hours is None
    finish(claim_next(experiment))
    experiment.refresh_from_db()
    assert (experiment.state, experiment.evaluated) == ("finished", 3)


def test_a_budget_lowered_below_what_is_spent_ends_a_running_search() -> None:
    experiment = started(small_config(individuals=6, in_flight=1))
    finish(claim_next(experiment))
    assert changed(experiment, device_hours=1e-6).state == "finished"
    assert Individual.objects.count() == 1


def test_the_best_is_trained_afresh_without_the_searchs_budget() -> None:
    experiment = hurried(4, in_flight=1)
    for _ in range(2):
        finish(claim_next(experiment))
    made = services.rescore_best(experiment_id=experiment.pk, repeats=2)
    assert made.device_hours is None


def test_a_document_without_the_budget_is_read_as_before() -> None:
    document = small_config().to_json()
    del document["budget"]["device_hours"]
    assert experiment_config(document).budget.device_hours is None
    with pytest.raises(ConfigError, match="device_hours"):
        experiment_config(document | {"budget": {"device_hours": 0}})
    assert work_off(started(experiment_config(document))).state == "finished"
