"""Whatever happens to a worker, finished repeats stay and the search reaches its budget."""

import os
import signal

import pytest

from search import tasks
from search.models import Evaluation, Experiment, FitnessRecord
from tests.conftest import StartWorker
from tests.processes import Worker, eventually
from tests.search.searching import ends, small_config, started
from tests.search.workers.conftest import Gate

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def training(start_worker: StartWorker, gate: Gate) -> tuple[Worker, Experiment]:
    """A worker in the second of two repeats."""
    worker = start_worker(name="first", **gate.environment)
    experiment = started(small_config(individuals=4, in_flight=1, protocol={"repeats": 2}))
    tasks.nudge_experiment(experiment.pk)
    gate.await_training()
    return worker, experiment


def check_consistency(experiment: Experiment, kept: FitnessRecord) -> None:
    assert (experiment.evaluated, experiment.failed) == (4, 0)
    assert FitnessRecord.objects.count() == 2 * Evaluation.objects.count()
    again = FitnessRecord.objects.get(evaluation=kept.evaluation_id, repeat=0)
    assert (again.pk, again.accuracy, again.created_at) == (kept.pk, kept.accuracy, kept.created_at)


def test_a_killed_worker_loses_no_finished_repeat(
    training: tuple[Worker, Experiment], start_worker: StartWorker, gate: Gate
) -> None:
    worker, experiment = training
    kept = FitnessRecord.objects.get()
    worker.kill()
    gate.open()
    start_worker(name="second", clock=True, **gate.environment)
    ends(experiment)
    check_consistency(experiment, kept)
    row = Evaluation.objects.get(pk=kept.evaluation_id)
    assert row.attempts == 2
    assert [record.worker for record in row.records.order_by("repeat")] == ["first@test", "second@test"]


def test_a_killed_training_process_is_replaced_and_its_work_redone(
    start_worker: StartWorker, gate: Gate
) -> None:
    start_worker(clock=True, **gate.environment)
    experiment = started(small_config(individuals=4, in_flight=1, protocol={"repeats": 2}))
    tasks.nudge_experiment(experiment.pk)
    gate.await_training()
    kept = FitnessRecord.objects.get()
    os.kill(gate.training_process, signal.SIGKILL)
    gate.open()
    ends(experiment)
    check_consistency(experiment, kept)


def test_a_frozen_worker_that_thaws_after_its_lease_is_refused(
    training: tuple[Worker, Experiment], start_worker: StartWorker, gate: Gate
) -> None:
    worker, experiment = training
    kept = FitnessRecord.objects.get()
    worker.send(signal.SIGSTOP)
    gate.open()
    start_worker(name="second", clock=True, **gate.environment)
    ends(experiment)
    worker.send(signal.SIGCONT)
    eventually(lambda: worker.said("is no longer held by this attempt"), "the late result is refused")
    check_consistency(experiment, kept)


def test_a_worker_that_is_told_to_stop_hands_its_work_back_at_once(
    training: tuple[Worker, Experiment], start_worker: StartWorker, gate: Gate
) -> None:
    worker, experiment = training
    kept = FitnessRecord.objects.get()
    worker.stop()
    row = Evaluation.objects.get(pk=kept.evaluation_id)
    assert (row.state, row.attempts, row.lease) == ("waiting", 0, "")  # a lease that ran out would count
    gate.open()
    start_worker(name="second", clock=True, **gate.environment)
    ends(experiment)
    check_consistency(experiment, kept)
