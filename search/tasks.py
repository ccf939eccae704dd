"""Celery's tasks: an id in, a service called. A message may be lost, doubled or late; the rows know better."""

import logging
from functools import partial
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_shutting_down
from django.db import transaction
from kombu.exceptions import OperationalError

from search import services
from search.attempts import run_attempt
from search.finding_data import find_data
from search.logcontext import about
from search.stopping import tell_to_stop

log = logging.getLogger(__name__)


@shared_task(bind=True)
def evaluate(self: Task, evaluation_id: int) -> None:
    """Queue `training`: one attempt at an evaluation, then the next proposals of who waited for it."""
    worker = self.request.hostname or "worker"
    send = partial(_send, evaluate)
    with about(worker=worker):
        for experiment_id in run_attempt(evaluation_id=evaluation_id, worker=worker, send=send):
            _advance(experiment_id)


@shared_task
def advance(experiment_id: int) -> None:
    """Queue `steps`: propose what an experiment has room for."""
    _advance(experiment_id)


@shared_task
def sweep() -> None:
    """Queue `steps`, by the clock: find lost work."""
    swept = services.sweep()
    for evaluation_id in swept.evaluations:
        _send(evaluate, evaluation_id)
    for experiment_id in swept.experiments:
        _advance(experiment_id)
    for experiment_id in swept.awaiting:
        _send(look_for_data, experiment_id)


@shared_task
def look_for_data(experiment_id: int) -> None:
    """Queue `training`, whose workers know what they can read: is the data set there that a search waits for?"""
    with about(experiment=experiment_id):
        if find_data(experiment_id=experiment_id):
            _advance(experiment_id)


def nudge_experiment(experiment_id: int) -> None:
    """Have an experiment advanced soon, after the present transaction. Without a broker the sweep does it later."""
    transaction.on_commit(partial(_send, advance, experiment_id))


def _advance(experiment_id: int) -> None:
    with about(experiment=experiment_id):
        for evaluation_id in services.advance_experiment(experiment_id=experiment_id):
            _send(evaluate, evaluation_id)


def _send(task: Task, key: int) -> None:
    try:
        task.delay(key)
    except (OperationalError, OSError) as error:
        log.warning("no broker for %s(%s), the sweep sends it again: %s", task.name, key, error)


@worker_shutting_down.connect
def hand_back(**_: Any) -> None:
    """A worker that is told to stop has its evaluations given back by the processes that train them: finished repeats
    stay, and the attempts do not count."""
    tell_to_stop()
