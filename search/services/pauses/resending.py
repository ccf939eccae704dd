"""Resending of task messages after a pause: those that came meanwhile were refused."""

from django.db.models import QuerySet

from search.models import Evaluation, Experiment, Individual, WorkState
from search.services.locking import lock_evaluations


def send_again(experiment: Experiment) -> None:
    """What an experiment waits for: messages that came while it was paused were refused."""
    waiting = lock_evaluations(open_evaluations(experiment))
    Evaluation.objects.filter(pk__in=waiting, state=WorkState.WAITING).update(sent_at=None)


def open_evaluations(experiment: Experiment) -> QuerySet[Evaluation]:
    """What the open individuals of an experiment wait for."""
    is_open = Individual.objects.filter(experiment=experiment, state__in=Individual.OPEN)
    return Evaluation.objects.filter(pk__in=is_open.order_by().values("evaluation_id"))
