"""A worker that is told to stop: who trains gives back or records, and never both."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from search import services, tasks
from search.evolution.evaluation import Evaluated, Job, Progress, instant_trainer
from search.models import Evaluation
from search.worker import attempts, stop_flag
from search.worker.attempts import run_attempt
from tests.search.searching import small_config, started

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_was_told() -> Iterator[None]:
    stop_flag.forget()
    yield
    stop_flag.forget()


@pytest.fixture
def evaluation_id() -> int:
    experiment = started(small_config(individuals=1, protocol={"repeats": 2}))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    return evaluation_id


def use(trainer: Callable[..., Evaluated], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)


def test_a_training_under_way_is_given_back_at_once_and_counts_as_no_attempt(
    evaluation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trainer(*_: Any, progress: Callable[[Progress], None], **__: Any) -> Evaluated:
        tasks.hand_back(sender="worker")
        row = Evaluation.objects.get()
        assert (row.state, row.lease != "") == ("running", True)  # nobody else takes it away
        progress(Progress(1, 10, 0.1))
        raise AssertionError("it went on")

    use(trainer, monkeypatch)
    assert run_attempt(evaluation_id=evaluation_id, worker="worker") == []
    row = Evaluation.objects.get()
    assert (row.state, row.attempts, row.lease, row.sent_at) == ("waiting", 0, "", None)


def test_a_training_that_has_ended_is_recorded_though_its_worker_stops(
    evaluation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trainer(job: Job, **options: Any) -> Evaluated:
        result = instant_trainer(job, **options)
        if job.repeat == 0:
            tasks.hand_back(sender="worker")  # between the end and the record
        else:
            options["progress"](Progress(0, 10, 0.0))
        return result

    use(trainer, monkeypatch)
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    row = Evaluation.objects.get()
    assert (row.state, row.attempts, row.lease) == ("waiting", 0, "")
    assert [record.repeat for record in row.records.all()] == [0]


def test_the_last_repeat_that_has_ended_ends_its_evaluation(
    evaluation_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trainer(job: Job, **options: Any) -> Evaluated:
        result = instant_trainer(job, **options)
        if job.repeat == 1:
            tasks.hand_back(sender="worker")
        return result

    use(trainer, monkeypatch)
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    assert (Evaluation.objects.get().state, Evaluation.objects.get().records.count()) == ("done", 2)


def test_processes_that_were_forked_before_are_told(db: None) -> None:
    reading, writing = os.pipe()
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        os.read(ready, 1)
        os.write(writing, b"told" if stop_flag.told_to_stop() else b"left")
        os._exit(0)
    stop_flag.tell_to_stop()
    os.write(go, b".")
    assert os.read(reading, 4) == b"told"
    os.waitpid(child, 0)
