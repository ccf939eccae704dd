"""Sweep: finds evaluations whose message or worker was lost and makes them available again."""

import sys
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from search.database.clock_jumps import silence_counts
from search.models import (
    Evaluation,
    Experiment,
    ExperimentState,
    Individual,
    StrategyState,
    WorkState,
)
from search.services import errors
from search.services.evaluations.recording import fail_lost_evaluation, let_go
from search.services.evaluations.trainer_upgrades import renew_outdated
from search.services.learning.claiming import overdue_learning
from search.services.leasing import silence, silent
from search.services.locking import lock_evaluations
from search.services.one_by_one import one_by_one
from search.services.pauses.dataset_pauses import ask_for_data

MOST_RESENT = 1000


@dataclass(frozen=True)
class Swept:
    """What a sweep found to do."""

    evaluations: list[int]
    """To send to workers."""
    experiments: list[int]
    """To advance."""
    awaiting: list[int] = field(default_factory=list)
    """Experiments whose data set a training worker is to look for."""
    learning: list[int] = field(default_factory=list)
    """Experiments whose learned strategy is to learn."""


def sweep() -> Swept:
    """Take evaluations away from silent workers and older trainers, find what waits too long and who has room."""
    lost = recover_silent() if silence_counts() else []
    advance = {*lost, *renew_outdated(), *_with_room()}
    return Swept(_take_overdue(), sorted(advance), ask_for_data(), overdue_learning())


def recover_silent() -> list[int]:
    """Evaluations of silent workers wait again, or fail after their last attempt. Returns experiments to advance."""
    ids = list(silent(Evaluation).order_by("pk").values_list("pk", flat=True))
    return sorted({experiment for found in one_by_one("evaluation", ids, recover) for experiment in found})


def release_worker(*, worker: str) -> None:
    """A worker stops in good order: what it holds waits again at once, and its attempts do not count."""
    _release(Evaluation.objects.filter(worker=worker, state=WorkState.RUNNING))
    StrategyState.objects.filter(worker=worker).exclude(lease="").update(lease="", sent_at=None)


def release_everything() -> None:
    """No worker of this database is left, and no message: what was being trained waits, and the next sweep sends
    all that waits."""
    _release(Evaluation.objects.filter(state=WorkState.RUNNING))
    Evaluation.objects.filter(state=WorkState.WAITING).update(sent_at=None)
    StrategyState.objects.update(lease="", sent_at=None, heartbeat_at=None)


def _release(held: QuerySet[Evaluation]) -> None:
    for evaluation_id in list(held.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = held.select_for_update(no_key=True).filter(pk=evaluation_id).first()
            if row is not None:
                let_go(row, counts=False, reason="")


def recover(evaluation_id: int) -> list[int]:
    """Let a silent evaluation wait again, or fail it when its attempts are used up."""
    with transaction.atomic():
        row = silent(Evaluation).select_for_update(no_key=True).filter(pk=evaluation_id).first()
        if row is None:
            return []  # it spoke again, or somebody else recovered it
        reason = silence(row)
        if row.attempts < row.max_attempts:
            let_go(row, counts=True, reason=reason)
            return []
    try:
        return fail_lost_evaluation(evaluation_id=evaluation_id, lease=row.lease, reason=reason)
    except errors.LeaseLost:
        return []


@transaction.atomic
def _take_overdue() -> list[int]:
    needed = Individual.objects.filter(
        evaluation=OuterRef("pk"), state=WorkState.WAITING, experiment__state=ExperimentState.RUNNING
    )
    last = Now() - timedelta(seconds=settings.RESEND_SECONDS)
    ready = Q(artifact=None) | Q(artifact__state=WorkState.DONE)
    overdue = Evaluation.objects.filter(
        Q(sent_at=None) | Q(sent_at__lt=last), ready, Exists(needed), state=WorkState.WAITING
    )
    ids = lock_evaluations(overdue, skip_locked=True)[:MOST_RESENT]
    Evaluation.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids


def _with_room() -> list[int]:
    """Running experiments that could propose, or that are complete without having been told."""
    is_open = Individual.objects.filter(experiment=OuterRef("pk"), state__in=Individual.OPEN)
    open_count = is_open.order_by().values("experiment").annotate(count=Count("pk")).values("count")
    rows = Experiment.objects.filter(state=ExperimentState.RUNNING).order_by("pk")
    rows = rows.annotate(open=Coalesce(Subquery(open_count), 0))
    return [
        row.pk
        for row in rows
        if row.open < _in_flight(row) and (row.open == 0 or row.proposed < row.individuals_planned)
    ]


def _in_flight(row: Experiment) -> int:
    """Where the configuration cannot be read there is always room: advancing says on the row what is wrong."""
    config = row.readable_configuration
    return config.budget.in_flight if config else sys.maxsize
