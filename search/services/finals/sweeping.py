"""Lost final evaluations found again, by the rules of all leased work."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from search.database.clock_jumps import silence_counts
from search.models import FinalEvaluation, WorkState
from search.services.evaluations.recording import WORKER_LOST
from search.services.finals.attempts import fail_lost_final
from search.services.leasing import silence, silent, wait_again


def sweep_finals() -> list[int]:
    """Take final evaluations away from silent workers; returns those to send to workers."""
    if silence_counts():
        for key in list(silent(FinalEvaluation).order_by("pk").values_list("pk", flat=True)):
            _recover(key)
    return _take_overdue()


def release_finals(*, worker: str | None = None) -> None:
    """A worker stops in good order, or none is left (None): what it held waits again and no attempt counts."""
    held = FinalEvaluation.objects.filter(state=WorkState.RUNNING)
    if worker is not None:
        held = held.filter(worker=worker)
    for key in list(held.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = held.select_for_update(no_key=True).filter(pk=key).first()
            if row is not None:
                wait_again(row, counts=False, reason="")
                row.save()


@transaction.atomic
def _recover(key: int) -> None:
    row = silent(FinalEvaluation).select_for_update(no_key=True).filter(pk=key).first()
    if row is None:
        return  # it spoke again, or somebody else recovered it
    if row.attempts < row.max_attempts:
        wait_again(row, counts=True, reason=silence(row))
        row.save()
    else:
        fail_lost_final(row, code=WORKER_LOST, reason=silence(row))


@transaction.atomic
def _take_overdue() -> list[int]:
    last = Now() - timedelta(seconds=settings.RESEND_SECONDS)
    waiting = FinalEvaluation.objects.filter(Q(sent_at=None) | Q(sent_at__lt=last), state=WorkState.WAITING)
    rows = waiting.select_for_update(no_key=True, skip_locked=True).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    FinalEvaluation.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids
