from collections.abc import Callable
from typing import Any

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import connection
from pytest_django.fixtures import Settings

from search import services
from search.evolution.evaluation import Evaluated, Job, Progress, instant_trainer
from search.models import Evaluation
from search.worker import attempts
from search.worker.attempts import run_attempt
from search.worker.heartbeat import MOST_LIVE_POINTS
from tests.search.searching import individual, small_config, started, trained

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation_id() -> int:
    experiment = started(small_config(individuals=1, protocol={"repeats": 2}))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    return evaluation_id


def use(trainer: Callable[..., Evaluated], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)


def test_training_runs_outside_any_transaction(evaluation_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    depths: list[int] = []

    def trainer(*args: Any, **options: Any) -> Evaluated:
        depths.append(len(connection.savepoint_ids))
        return instant_trainer(*args, **options)

    use(trainer, monkeypatch)
    before = len(connection.savepoint_ids)
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    assert depths == [before, before]


def test_heartbeats_are_sent_no_more_often_than_the_setting_says(
    evaluation_id: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.HEARTBEAT_SECONDS = 1.0
    clock = [0.0]
    sent: list[tuple[float, float, int]] = []
    monkeypatch.setattr("search.worker.heartbeat.time.monotonic", lambda: clock[0])

    def heartbeat(*, claim: Any, progress: float, live_curve: list[Any]) -> str:
        sent.append((clock[0], progress, len(live_curve)))
        return "go"

    monkeypatch.setattr(services, "heartbeat_evaluation", heartbeat)

    def trainer(*_: Any, progress: Callable[[Progress], None], **__: Any) -> Evaluated:
        for step in range(1, 11):
            clock[0] += 0.4
            progress(Progress(step, 10, clock[0], loss=1.0))
        return trained(0.5)

    use(trainer, monkeypatch)
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    assert [round(seconds, 1) for seconds, _, _ in sent] == [1.2, 2.4, 3.6, 5.2, 6.4, 7.6]
    assert [round(progress, 2) for _, progress, _ in sent] == [0.15, 0.3, 0.45, 0.65, 0.8, 0.95]
    assert [points for _, _, points in sent] == [3, 6, 9, 3, 6, 9]


def test_the_live_curve_stays_short_however_long_the_training(
    evaluation_id: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.HEARTBEAT_SECONDS = 0.0
    lengths: list[int] = []

    def heartbeat(*, live_curve: list[Any], **_: Any) -> str:
        lengths.append(len(live_curve))
        return "go"

    def trainer(*_: Any, progress: Callable[[Progress], None], **__: Any) -> Evaluated:
        for step in range(1000):
            progress(Progress(step, 1000, 0.0, loss=1.0))
        return trained(0.5)

    monkeypatch.setattr(services, "heartbeat_evaluation", heartbeat)
    use(trainer, monkeypatch)
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    assert max(lengths) <= MOST_LIVE_POINTS
    assert min(lengths[200:1000]) >= MOST_LIVE_POINTS // 2


def test_a_cancelled_training_lets_go_and_keeps_its_finished_repeats(
    evaluation_id: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.HEARTBEAT_SECONDS = 0.0

    def trainer(job: Job, *, progress: Callable[[Progress], None], **options: Any) -> Evaluated:
        if job.repeat == 1:
            experiment = Evaluation.objects.get().individuals.get().experiment
            services.stop_experiment(experiment_id=experiment.pk)
        return instant_trainer(job, progress=progress, **options)

    use(trainer, monkeypatch)
    assert run_attempt(evaluation_id=evaluation_id, worker="worker") == []
    row = Evaluation.objects.get()
    assert (row.state, row.lease, row.records.count()) == ("cancelled", "", 1)


def test_the_workers_time_limit_is_a_failure_with_the_reason(
    evaluation_id: int, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def trainer(*_: Any, **__: Any) -> Evaluated:
        raise SoftTimeLimitExceeded

    use(trainer, monkeypatch)
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    row = Evaluation.objects.get()
    assert (row.state, row.reason_code) == ("failed", "time_out")
    assert f"limit of {settings.CELERY_TASK_SOFT_TIME_LIMIT} s" in row.reason


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_process_gives_its_evaluation_back(
    interruption: type[BaseException], evaluation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trainer(*_: Any, **__: Any) -> Evaluated:
        raise interruption

    use(trainer, monkeypatch)
    with pytest.raises(interruption):
        run_attempt(evaluation_id=evaluation_id, worker="worker")
    row = Evaluation.objects.get()
    assert (row.state, row.attempts, row.lease) == ("waiting", 0, "")


def test_a_process_that_cannot_load_its_trainer_claims_nothing(
    evaluation_id: int, settings: Settings
) -> None:
    settings.TRAINER = "tests.trainers.no_such_trainer"
    with pytest.raises(ImportError):
        run_attempt(evaluation_id=evaluation_id, worker="worker")
    row = Evaluation.objects.get()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert individual(row.individuals.get().experiment, 0).state == "waiting"
