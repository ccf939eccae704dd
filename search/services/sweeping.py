"""Lost work found again. Messages may be lost and workers may die; the rows say what there is to do."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState
from search.services import errors
from search.services.awaiting import ask_for_data
from search.services.evaluations import fail_lost_evaluation, let_go
from search.services.locking import lock_evaluations
from search.services.versions import renew_outdated

WENT_SILENT = "{worker} gave no sign of life for {seconds:g} s in attempt {attempt} of {most}."
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


def sweep() -> Swept:
    """Take evaluations away from silent workers and older trainers, find what waits too long and who has room."""
    advance = {*recover_silent(), *renew_outdated(), *_with_room()}
    return Swept(_take_overdue(), sorted(advance), ask_for_data())


def recover_silent() -> list[int]:
    """Evaluations of silent workers wait again, or fail after their last attempt. Returns experiments to advance."""
    ids = list(_silent().order_by("pk").values_list("pk", flat=True))
    return sorted({experiment for evaluation_id in ids for experiment in _recover(evaluation_id)})


def release_worker(*, worker: str) -> None:
    """A worker stops in good order: what it holds waits again at once, and its attempts do not count."""
    _release(Evaluation.objects.filter(worker=worker, state=WorkState.RUNNING))


def release_everything() -> None:
    """No worker of this database is left, and no message: what was being trained waits, and the next sweep sends
    all that waits."""
    _release(Evaluation.objects.filter(state=WorkState.RUNNING))
    Evaluation.objects.filter(state=WorkState.WAITING).update(sent_at=None)


def _release(held: QuerySet[Evaluation]) -> None:
    for evaluation_id in list(held.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = held.select_for_update(no_key=True).filter(pk=evaluation_id).first()
            if row is not None:
                let_go(row, counts=False, reason="")


def _silent() -> QuerySet[Evaluation]:
    # Both times are the database's: a worker whose clock is wrong is not taken for dead.
    last = Now() - timedelta(seconds=settings.LEASE_SECONDS)
    return Evaluation.objects.filter(state=WorkState.RUNNING, heartbeat_at__lt=last)


def _recover(evaluation_id: int) -> list[int]:
    """Let a silent evaluation wait again, or fail it when its attempts are used up."""
    with transaction.atomic():
        row = _silent().select_for_update(no_key=True).filter(pk=evaluation_id).first()
        if row is None:
            return []  # it spoke again, or somebody else recovered it
        reason = WENT_SILENT.format(
            worker=row.worker, seconds=settings.LEASE_SECONDS, attempt=row.attempts, most=row.max_attempts
        )
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
    overdue = Evaluation.objects.filter(
        Q(sent_at=None) | Q(sent_at__lt=last), Exists(needed), state=WorkState.WAITING
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
        if row.open < row.config["budget"]["in_flight"]
        and (row.open == 0 or row.proposed < row.individuals_planned)
    ]
