"""A database that is away for a moment costs no training."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from pytest_django.fixtures import Settings

from search import services
from search.database import retrying
from search.evolution.evaluation import Evaluated, Progress
from search.models import Evaluation, FitnessRecord
from search.worker import attempts
from search.worker.attempts import run_attempt
from tests.search.searching import claim_next, individual, small_config, started, trained

pytestmark = pytest.mark.django_db


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("search.database.retrying.time.monotonic", lambda: clock.now)
    monkeypatch.setattr("search.database.retrying.time.sleep", clock.sleep)
    return clock


def away_until(seconds: float, clock: Clock, write: Callable[..., Any]) -> Callable[..., Any]:
    def attempt(**arguments: Any) -> Any:
        if clock.now < seconds:
            raise OperationalError("server closed the connection unexpectedly")
        return write(**arguments)

    return attempt


@pytest.fixture
def evaluation_id() -> int:
    experiment = started(small_config(individuals=1))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    return evaluation_id


@pytest.mark.parametrize("write", ["complete_evaluation", "record_repeat", "finish_evaluation"])
def test_a_result_is_kept_through_an_outage(
    write: str, evaluation_id: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if write != "complete_evaluation":  # the single steps, for when all in one transaction is impossible
        monkeypatch.setattr(services, "complete_evaluation", lambda **_: None)
    monkeypatch.setattr(services, write, away_until(30, clock, getattr(services, write)))
    assert len(run_attempt(evaluation_id=evaluation_id, worker="worker")) == 1
    assert 30 <= clock.now <= 40
    assert (Evaluation.objects.get().state, FitnessRecord.objects.count()) == ("done", 1)


def test_an_outage_longer_than_a_lease_leaves_the_work_to_the_sweep(
    evaluation_id: int, clock: Clock, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    away = away_until(10_000, clock, services.complete_evaluation)
    monkeypatch.setattr(services, "complete_evaluation", away)
    with pytest.raises(OperationalError):
        run_attempt(evaluation_id=evaluation_id, worker="worker")
    assert settings.LEASE_SECONDS - retrying.LONGEST_PAUSE <= clock.now <= settings.LEASE_SECONDS
    assert Evaluation.objects.get().state == "running"


def test_a_training_goes_on_while_its_heartbeats_cannot_be_written(
    evaluation_id: int, monkeypatch: pytest.MonkeyPatch, settings: Settings, clock: Clock
) -> None:
    settings.HEARTBEAT_SECONDS = 0.0

    def trainer(*_: Any, progress: Callable[[Progress], None], **__: Any) -> Evaluated:
        for step in range(5):
            progress(Progress(step, 5, 0.0))
        return trained(0.5)

    monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)
    monkeypatch.setattr(services, "heartbeat_evaluation", away_until(10_000, clock, lambda **_: "go"))
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    assert Evaluation.objects.get().fitness == 0.5


def test_a_repeat_that_was_recorded_although_the_answer_was_lost_is_recorded_once() -> None:
    experiment = started(small_config(in_flight=1))
    claim = claim_next(experiment)
    first = services.record_repeat(claim=claim, repeat=0, seed=1, result=trained(0.5))
    second = services.record_repeat(claim=claim, repeat=0, seed=1, result=trained(0.5))
    assert first.pk == second.pk
    assert individual(experiment, 0).evaluation.train_seconds == 2.0
