"""What people do to artifacts: ask for one, pause, resume, stop, try again. Each function is one transaction."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from search.database import statements
from search.database.clock import database_now
from search.models import Artifact, WorkState
from search.services import errors
from search.services.artifacts.waiting import fail_waiting, why_waiting

STOPPED_BY_HAND = "Stopped by hand."


@transaction.atomic
def ask_for_artifact(
    *,
    key: str,
    name: str,
    document: Mapping[str, Any],
    retrain_best: int = 0,
    owner_id: int | None = None,
) -> tuple[Artifact, bool]:
    """The artifact with that key, and whether it is new. One that was stopped or failed stays so.

    `retrain_best`: so many of its best networks are trained from scratch when it is done.
    """
    row, created = Artifact.objects.get_or_create(
        key=key,
        defaults={
            "name": name,
            "document": dict(document),
            "retrain_best": retrain_best,
            "owner_id": owner_id,
            "max_attempts": settings.MAX_ATTEMPTS,
        },
    )
    return row, created


def pause_artifact(*, artifact_id: int) -> Artifact:
    """No worker takes it, and whoever trains it saves its state and lets go. Raises NotFound, Conflict."""
    return _change(artifact_id, (WorkState.WAITING, WorkState.RUNNING), "paused", paused=True)


def resume_artifact(*, artifact_id: int) -> Artifact:
    """It waits for a worker again and goes on where it was. Raises NotFound, Conflict."""
    return _change(artifact_id, (WorkState.WAITING, WorkState.RUNNING), "resumed", paused=False, sent_at=None)


@transaction.atomic
def stop_artifact(*, artifact_id: int) -> list[int]:
    """Give it up; whoever trains it lets go, and evaluations that wait for it fail.

    Returns the experiments to advance. Raises NotFound, Conflict.
    """
    row = lock_artifact(artifact_id)
    _check(row, (WorkState.WAITING, WorkState.RUNNING), "stopped")
    row.state, row.lease, row.paused = WorkState.CANCELLED, "", False
    row.reason, row.finished_at = STOPPED_BY_HAND, database_now()
    row.save(update_fields=["state", "lease", "paused", "reason", "finished_at"])
    return fail_waiting(row)


@transaction.atomic
def retry_artifact(*, artifact_id: int) -> Artifact:
    """Train one again that failed or was stopped, with all its attempts. Raises NotFound, Conflict."""
    row = lock_artifact(artifact_id)
    _check(row, (WorkState.FAILED, WorkState.CANCELLED), "tried again")
    row.state, row.attempts, row.sent_at, row.finished_at = WorkState.WAITING, 0, None, None
    row.reason = row.reason_code = row.log = ""
    row.save()
    return row


def lock_artifact(artifact_id: int) -> Artifact:
    """One row. Raises NotFound."""
    rows = statements.select(Artifact, f"WHERE id = %s {statements.locked()}", [artifact_id])
    if not rows:
        raise errors.NotFound(errors.NOT_FOUND.format(what="shared training", key=artifact_id))
    return rows[0]


@transaction.atomic
def _change(artifact_id: int, states: tuple[WorkState, ...], done: str, **values: Any) -> Artifact:
    row = lock_artifact(artifact_id)
    _check(row, states, done)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    why_waiting(row)
    return row


def _check(row: Artifact, states: tuple[WorkState, ...], done: str) -> None:
    if row.state not in states:
        raise errors.Conflict(
            errors.NOT_IN_STATE.format(
                what="Shared training", key=row.pk, state=row.state, allowed=" or ".join(states), done=done
            )
        )
