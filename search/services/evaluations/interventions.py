"""Retry and cancel of an evaluation by hand. Each function is one transaction."""

from django.db import transaction

from search.database.clock import ended_now
from search.models import Evaluation, ExperimentState, Individual, WorkState
from search.services import errors
from search.services.evaluations.outcomes import end_evaluation, is_stopped_early
from search.services.evaluations.requesting import make_waiting
from search.services.locking import lock_evaluation, lock_experiments
from search.services.state_log import log_evaluation, log_experiment

CANCELLED_BY_HAND = "Cancelled by hand."
State = ExperimentState


@transaction.atomic
def retry_evaluation(*, evaluation_id: int) -> list[int]:
    """Try a failed or cancelled evaluation again, with all its attempts; finished repeats stay.

    Its individuals wait again and a finished experiment runs again, a stopped one does not. Returns the
    experiments to advance. Raises Conflict.
    """
    ended = Individual.objects.filter(
        evaluation=evaluation_id, state__in=(WorkState.FAILED, WorkState.CANCELLED)
    ).exclude(experiment__state=State.STOPPED)
    experiments = lock_experiments(ended.order_by().values_list("experiment_id", flat=True).distinct())
    row = lock_evaluation(evaluation_id)
    if row.state not in (WorkState.FAILED, WorkState.CANCELLED):
        raise _conflict(row, "failed or cancelled", "tried again")
    individuals = [individual for individual in ended if individual.experiment_id in experiments]
    if not individuals:
        raise errors.Conflict(errors.NOBODY_NEEDS.format(key=evaluation_id))
    make_waiting(row)
    for individual in individuals:
        experiment = experiments[individual.experiment_id]
        experiment.failed -= individual.state == WorkState.FAILED
        experiment.stopped_early -= is_stopped_early(individual)
        # Its stopped_at stays, so that it is trained to the end now: somebody wants to know. No rung lets it on again.
        individual.state, individual.rung = WorkState.WAITING, None
        individual.reason = ""
        individual.finished_at = None
        individual.save(update_fields=["state", "reason", "finished_at", "rung"])
    for experiment in experiments.values():
        if experiment.state == State.FINISHED:
            experiment.state, experiment.awaits = State.RUNNING, None
            log_experiment(experiment)
        experiment.revision += 1
        experiment.save(update_fields=["failed", "stopped_early", "state", "awaits", "revision"])
    return list(experiments)


def cancel_evaluation(*, evaluation_id: int) -> list[int]:
    """Give up a waiting or running evaluation; its worker sees that at its next heartbeat.

    Returns the experiments to advance. Raises Conflict.
    """

    def cancel() -> Evaluation:
        row = lock_evaluation(evaluation_id)
        if row.state not in (WorkState.WAITING, WorkState.RUNNING):
            raise _conflict(row, "waiting or running", "cancelled")
        running = row.state == WorkState.RUNNING
        row.state = WorkState.CANCELLED
        row.reason = CANCELLED_BY_HAND
        row.finished_at = ended_now(row.created_at)
        if not running:  # a running one stays so until its worker lets go: only its individuals end now
            row.save(update_fields=["state", "reason", "finished_at"])
            log_evaluation(row)
        return row

    return end_evaluation(evaluation_id, cancel)


def _conflict(row: Evaluation, allowed: str, done: str) -> errors.Conflict:
    text = errors.NOT_IN_STATE.format(
        what="Evaluation", key=row.pk, state=row.state, allowed=allowed, done=done
    )
    return errors.Conflict(text)
