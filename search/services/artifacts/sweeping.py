"""Lost shared trainings found again, by the rules of all leased work."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from search.database.clock_jumps import silence_counts
from search.models import Artifact, WorkState
from search.services.artifacts.attempts import end_artifact
from search.services.artifacts.waiting import fail_waiting, why_waiting
from search.services.evaluations.recording import WORKER_LOST
from search.services.leasing import silence, silent, wait_again


@dataclass(frozen=True)
class SweptArtifacts:
    """What a sweep found to do."""

    artifacts: list[int]
    """To send to workers."""
    experiments: list[int]
    """To advance."""


def sweep_artifacts() -> SweptArtifacts:
    """Take shared trainings away from silent workers, and find what waits too long."""
    advance = recover_silent_artifacts() if silence_counts() else []
    return SweptArtifacts(_take_overdue(), advance)


def recover_silent_artifacts() -> list[int]:
    """Artifacts of silent workers wait again, or fail after their last attempt. Returns experiments to advance."""
    advance: list[int] = []
    for key in list(silent(Artifact).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = silent(Artifact).select_for_update(no_key=True).filter(pk=key).first()
            if row is None:
                continue
            if row.attempts < row.max_attempts:
                wait_again(row, counts=True, reason=silence(row))
                row.save()
                why_waiting(row)
                continue
            row.reason_code, row.reason = WORKER_LOST, silence(row)
            end_artifact(row, WorkState.FAILED)
        advance += fail_waiting(row)
    return advance


@transaction.atomic
def _take_overdue() -> list[int]:
    last = Now() - timedelta(seconds=settings.RESEND_SECONDS)
    waiting = Artifact.objects.filter(
        Q(sent_at=None) | Q(sent_at__lt=last), state=WorkState.WAITING, paused=False
    )
    rows = waiting.select_for_update(no_key=True, skip_locked=True).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    Artifact.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids
