"""Celery tasks: take an id and call a service. Messages may be lost, doubled or late; the database rows decide."""

import logging
import random
import time
from functools import partial
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_shutting_down
from django.db import transaction
from kombu.exceptions import OperationalError

from search import services
from search.logcontext import about
from search.services.artifacts.sweeping import sweep_artifacts
from search.services.finals.sweeping import sweep_finals
from search.services.learning.importance import take_overdue_importance
from search.services.one_by_one import one_by_one
from search.services.proposing.shared_weights import retrain_waiting
from search.services.studies import advancing as studies
from search.services.workers import note_sweep
from search.worker.artifact_attempts import run_artifact_attempt
from search.worker.attempts import run_attempt
from search.worker.dataset_watch import find_data
from search.worker.final_attempts import run_final_attempt
from search.worker.final_packages import make_final_package
from search.worker.importance import run_importance
from search.worker.learning import run_learning
from search.worker.stop_flag import tell_to_stop

log = logging.getLogger(__name__)

SWEEP_PROPOSES_SECONDS = 5.0
"""A sweep that has taken so long leaves the proposing to the queue `steps`."""


@shared_task(bind=True)
def evaluate(self: Task, evaluation_id: int) -> None:
    """Queue `training`: one attempt at an evaluation, then the next proposals of who waited for it."""
    worker = self.request.hostname or "worker"
    send = partial(hand_over, evaluate)
    with about(worker=worker):
        for experiment_id in run_attempt(evaluation_id=evaluation_id, worker=worker, send=send, pass_on=send):
            _advance(experiment_id)


@shared_task
def advance(experiment_id: int) -> None:
    """Queue `steps`: propose what an experiment has room for."""
    _advance(experiment_id)


@shared_task(bind=True)
def train_artifact(self: Task, artifact_id: int) -> None:
    """Queue `training`: one attempt at a shared training, then whoever waited for it."""
    worker = self.request.hostname or "worker"
    with about(worker=worker):
        evaluations, experiments = run_artifact_attempt(artifact_id=artifact_id, worker=worker)
        for evaluation_id in evaluations:
            hand_over(evaluate, evaluation_id)
        for experiment_id in [*experiments, *retrain_waiting()]:
            _advance(experiment_id)


@shared_task(bind=True)
def evaluate_final(self: Task, final_id: int) -> None:
    """Queue `training`: one attempt at a final evaluation."""
    worker = self.request.hostname or "worker"
    with about(worker=worker):
        if run_final_attempt(final_id=final_id, worker=worker):
            hand_over(evaluate_final, final_id)


@shared_task
def package_final(final_id: int) -> None:
    """Queue `training`: the package of a finished final evaluation, run by itself before it is offered."""
    make_final_package(final_id=final_id)


@shared_task
def sweep() -> None:
    """Queue `sweeps`, by the clock: find lost work. It proposes itself only as long as nobody waits for it."""
    began = time.monotonic()
    due = studies.advance_studies()
    swept, shared = services.sweep(), sweep_artifacts()
    for evaluation_id in swept.evaluations:
        hand_over(evaluate, evaluation_id)
    for artifact_id in shared.artifacts:
        hand_over(train_artifact, artifact_id)
    experiments = list({*swept.experiments, *shared.experiments, *due.experiments, *retrain_waiting()})
    random.shuffle(experiments)  # else the first ones alone would be proposed for in a sweep

    def advance_or_ask(experiment_id: int) -> None:
        if time.monotonic() - began < SWEEP_PROPOSES_SECONDS:
            _advance(experiment_id)
        else:
            hand_over(advance, experiment_id)

    one_by_one("experiment", experiments, advance_or_ask)
    for experiment_id in swept.awaiting:
        hand_over(look_for_data, experiment_id)
    for experiment_id in swept.learning:
        hand_over(learn_strategy, experiment_id)
    for experiment_id in take_overdue_importance():
        hand_over(work_out_importance, experiment_id)
    for final_id in sweep_finals():
        hand_over(evaluate_final, final_id)
    note_sweep(seconds=time.monotonic() - began)


@shared_task
def advance_study(study_id: int) -> None:
    """Queue `steps`: start what is due of a study. Later parts of it are found by the sweep."""
    started = studies.advance_study(study_id=study_id)
    for experiment_id in started.experiments:
        hand_over(advance, experiment_id)
    for final_id in started.finals:
        hand_over(evaluate_final, final_id)


@shared_task(bind=True)
def learn_strategy(self: Task, experiment_id: int) -> None:
    """Queue `learning`: the next version of a learned strategy's model, then what it proposes."""
    worker = self.request.hostname or "learner"
    with about(worker=worker, experiment=experiment_id):
        if run_learning(experiment_id=experiment_id, worker=worker):
            _advance(experiment_id)


@shared_task
def work_out_importance(experiment_id: int) -> None:
    """Queue `learning`: how much a model of fitness leans on each feature, for the page What works."""
    with about(experiment=experiment_id):
        run_importance(experiment_id=experiment_id)


@shared_task
def look_for_data(experiment_id: int) -> None:
    """Queue `training`, whose workers know what they can read: is the data set there that a search waits for?"""
    with about(experiment=experiment_id):
        if find_data(experiment_id=experiment_id):
            _advance(experiment_id)


def nudge_experiment(experiment_id: int) -> None:
    """Have an experiment advanced soon, after the present transaction. Without a broker the sweep does it later."""
    transaction.on_commit(partial(hand_over, advance, experiment_id))


def nudge_artifact(artifact_id: int) -> None:
    """Have a shared training sent to a worker after the present transaction."""
    transaction.on_commit(partial(hand_over, train_artifact, artifact_id))


def nudge_final(final_id: int) -> None:
    """Have a final evaluation sent to a worker after the present transaction."""
    transaction.on_commit(partial(hand_over, evaluate_final, final_id))


def nudge_importance(experiment_id: int) -> None:
    """Have the importance of features worked out after the present transaction."""
    transaction.on_commit(partial(hand_over, work_out_importance, experiment_id))


def nudge_study(study_id: int) -> None:
    """Have what is due of a study started soon, after the present transaction."""
    transaction.on_commit(partial(hand_over, advance_study, study_id))


def ask_for_package(final_id: int) -> None:
    """Have a finished final evaluation packed to be taken away. Asked for again when nothing came of it."""
    transaction.on_commit(partial(hand_over, package_final, final_id))


def _advance(experiment_id: int) -> None:
    """For a while; what is left of its room is a message of its own, behind those that wait already."""
    with about(experiment=experiment_id):
        advanced = services.advance_for_a_while(experiment_id=experiment_id)
        for evaluation_id in advanced.send:
            hand_over(evaluate, evaluation_id)
        if advanced.more:
            hand_over(advance, experiment_id)
        elif not advanced.send:  # it may wait for the first look at its folder of images
            for waiting_id in services.ask_for_data(experiment_id=experiment_id):
                hand_over(look_for_data, waiting_id)
        if services.take_unsent_learning(experiment_id=experiment_id):
            hand_over(learn_strategy, experiment_id)


def hand_over(task: Task, key: int, queue: str | None = None) -> None:
    try:
        if queue is None:
            task.delay(key)
        else:
            task.apply_async((key,), queue=queue)
    except (OperationalError, OSError) as error:
        log.warning("no broker for %s(%s), the sweep sends it again: %s", task.name, key, error)


@worker_shutting_down.connect
def hand_back(**_: Any) -> None:
    """A worker that is told to stop has its evaluations given back by the processes that train them: finished repeats
    stay, and the attempts do not count."""
    tell_to_stop()
