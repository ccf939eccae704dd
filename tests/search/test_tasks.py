import gc
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from django.db import transaction

from nasweb.celery import app, prepare_for_steps
from search import services, tasks
from search.models import Evaluation
from tests.search.searching import small_config, started, work_off


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """Instead of the broker."""
    with monkeypatch.context() as patched:
        mock = Mock()
        patched.setattr(tasks, "hand_over", mock)
        yield mock


@pytest.mark.django_db(transaction=True)
def test_a_nudge_waits_for_the_commit_and_a_rolled_back_one_is_never_sent(sent: Mock) -> None:
    with transaction.atomic():
        tasks.nudge_experiment(7)
        sent.assert_not_called()
    sent.assert_called_once_with(tasks.advance, 7)
    with transaction.atomic():
        tasks.nudge_experiment(8)
        transaction.set_rollback(True)
    sent.assert_called_once()


@pytest.mark.django_db
def test_the_end_of_an_evaluation_sends_the_next_one(sent: Mock) -> None:
    experiment = started(small_config(in_flight=1))
    [first] = services.advance_experiment(experiment_id=experiment.pk)
    tasks.evaluate(first)
    [(task, second)] = [call.args for call in sent.call_args_list]
    assert task is tasks.evaluate
    assert second != first


@pytest.mark.django_db
def test_the_sweep_sends_what_waits_and_advances_what_has_room(sent: Mock) -> None:
    first, second = started(small_config(seed=1)), started(small_config(seed=2))
    services.advance_experiment(experiment_id=first.pk)
    Evaluation.objects.update(sent_at=None)
    tasks.sweep()
    ids = {call.args[1] for call in sent.call_args_list}
    waiting = {row.evaluation_id for one in (first, second) for row in one.individuals.all()}
    assert ids == waiting
    assert len(waiting) == 4


@pytest.mark.django_db
def test_a_message_for_an_experiment_that_has_ended_is_harmless(sent: Mock) -> None:
    experiment = work_off(started(small_config(individuals=2)))
    tasks.advance(experiment.pk)
    sent.assert_not_called()


def test_training_and_steps_have_queues_of_their_own() -> None:
    routes = {
        task.name: app.amqp.router.route({}, task.name)["queue"].name
        for task in (tasks.evaluate, tasks.advance, tasks.sweep)
    }
    assert routes == {
        "search.tasks.evaluate": "training",
        "search.tasks.advance": "steps",
        "search.tasks.sweep": "sweeps",
    }


def test_a_worker_keeps_what_is_loaded_out_of_garbage_collection() -> None:
    frozen = gc.get_freeze_count()
    try:
        prepare_for_steps()
        assert gc.get_freeze_count() > frozen
    finally:
        gc.unfreeze()
