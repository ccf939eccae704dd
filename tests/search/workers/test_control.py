"""Invariant 8 on real processes: pause, resume and stop are states that the training sees."""

import pytest

from search import services, tasks
from search.models import Evaluation
from tests.conftest import StartWorker
from tests.processes import eventually
from tests.search.searching import ends, small_config, started
from tests.search.workers.conftest import Gate

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


def test_a_stopped_search_lets_its_worker_go_at_the_next_heartbeat(
    start_worker: StartWorker, gate: Gate
) -> None:
    start_worker(**gate.environment)
    first = started(small_config(individuals=4, in_flight=2, protocol={"repeats": 2}))
    tasks.nudge_experiment(first.pk)
    gate.await_training()
    services.stop_experiment(experiment_id=first.pk)
    eventually(
        lambda: {row.state for row in Evaluation.objects.all()} == {"cancelled"}, "the training is let go"
    )
    gate.open()
    second = started(small_config(individuals=4, in_flight=2, protocol={"repeats": 2}))
    tasks.nudge_experiment(second.pk)  # the same worker is free, and the finished repeat is still there
    ends(second)
    assert Evaluation.objects.order_by("pk")[0].records.count() == 2


def test_a_paused_search_finishes_what_runs_and_resumes_to_its_budget(
    start_worker: StartWorker, gate: Gate
) -> None:
    start_worker(**gate.environment)
    experiment = started(small_config(individuals=6, in_flight=3, protocol={"repeats": 2}))
    tasks.nudge_experiment(experiment.pk)
    gate.await_training()
    services.pause_experiment(experiment_id=experiment.pk)
    gate.open()

    def one_is_done() -> bool:
        experiment.refresh_from_db()
        return experiment.evaluated == 1

    eventually(one_is_done, "the running evaluation finishes")
    assert experiment.proposed == 3
    services.resume_experiment(experiment_id=experiment.pk)
    tasks.nudge_experiment(experiment.pk)
    ends(experiment)
