"""One row that is not right keeps nobody else from being looked after, and says itself what is wrong."""

import logging
from unittest.mock import Mock

import pytest
from django.test import Client

from search import services, tasks
from search.models import Evaluation, Experiment
from search.services.evaluations import sweeping
from tests.search.importing.files import edited, exported, imported
from tests.search.searching import claim_next, small_config, started, work_off
from tests.search.services.test_sweeping import goes_silent

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Mock:
    mock = Mock()
    monkeypatch.setattr(tasks, "hand_over", mock)
    return mock


@pytest.mark.parametrize(
    "config", [{}, {"budget": None}, {"budget": {"in_flight": "many"}}, {"colour": "red"}]
)
def test_a_configuration_that_nobody_can_read_stops_no_sweep(config: object, sent: Mock) -> None:
    bad, good = started(small_config(seed=1)), started(small_config(seed=2))
    Experiment.objects.filter(pk=bad.pk).update(config=config)
    tasks.sweep()
    good.refresh_from_db()
    assert good.proposed == 2
    bad.refresh_from_db()
    assert (bad.state, bool(bad.reason)) == (("running", False) if config == {} else ("failed", True))


def test_an_evaluation_whose_recovery_fails_is_passed_over(
    sent: Mock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    claims = [claim_next(started(small_config(in_flight=1, seed=seed))) for seed in (1, 2)]
    for claim in claims:
        goes_silent(claim, 61)
    recover = sweeping.recover

    def fragile(evaluation_id: int) -> list[int]:
        if evaluation_id == claims[0].evaluation_id:
            raise ValueError("a row of another age")
        return recover(evaluation_id)

    monkeypatch.setattr(sweeping, "recover", fragile)
    with caplog.at_level(logging.ERROR):
        assert claims[1].evaluation_id in services.sweep().evaluations
    assert f"evaluation {claims[0].evaluation_id} is passed over" in caplog.text


def test_an_experiment_whose_advance_fails_is_passed_over(
    sent: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = started(small_config(seed=1)), started(small_config(seed=2))
    advance = services.advance_experiment

    def fragile(*, experiment_id: int) -> list[int]:
        if experiment_id == first.pk:
            raise ValueError("something nobody foresaw")
        return advance(experiment_id=experiment_id)

    monkeypatch.setattr(services, "advance_experiment", fragile)
    tasks.sweep()
    second.refresh_from_db()
    assert second.proposed == 2


def test_the_message_of_a_deleted_experiment_is_no_error(
    sent: Mock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        tasks.advance(4711)
    assert not caplog.records


def test_an_import_stores_the_configuration_that_was_validated(client: Client) -> None:
    content = exported(work_off(started(small_config(individuals=3), name="whole")))
    Experiment.objects.all().update(name="other")
    done = imported(edited(content, "experiment", lambda row: row.update(config={})))
    row = Experiment.objects.get(pk=done.experiment_id)
    assert row.config["budget"]["in_flight"] == 2
    assert client.get(f"/experiments/{row.pk}/settings/").status_code == 200
    assert not Evaluation.objects.filter(state="running").exists()


def test_the_settings_of_an_older_row_without_a_budget_can_be_seen(client: Client) -> None:
    row = started()
    Experiment.objects.filter(pk=row.pk).update(config={})
    assert client.get(f"/experiments/{row.pk}/settings/").status_code == 200
