"""One attempt at an artifact: claimed, heard of, ended. Each function is one transaction.

The lease is the attempt's token, as with evaluations: whoever holds another one is refused (LeaseLost).
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.db.models.functions import Now

from search.database import statements
from search.database.clock import database_now
from search.evolution.experiments.config import TRAINER_VERSION
from search.models import Artifact, WorkState
from search.services import errors
from search.services.artifacts.waiting import fail_waiting, free_waiting, why_waiting
from search.services.leasing import claim_statement, lock_held, wait_again

LOG_LENGTH = 20_000
ArtifactVerdict = Literal["go", "pause", "lost"]


@dataclass(frozen=True)
class ArtifactClaim:
    """The right of one attempt to train one artifact and to write what comes of it."""

    artifact_id: int
    lease: str
    worker: str
    attempt: int
    """From 1."""
    key: str
    document: dict[str, Any]


def claim_artifact(*, artifact_id: int, worker: str, device: str = "") -> ArtifactClaim | None:
    """Take an artifact that waits and is not paused; None to whoever comes too late."""
    lease = str(uuid.uuid4())
    with transaction.atomic():
        claimed = statements.ask_last(
            [
                (
                    claim_statement(Artifact, wanted=f"NOT {_column('paused')}"),
                    [lease, worker, device, artifact_id, TRAINER_VERSION],
                ),
                (
                    "SELECT attempts, key, document FROM search_artifact WHERE id = %s AND lease = %s",
                    [artifact_id, lease],
                ),
            ]
        )
        if not claimed:
            return None
        why_waiting(Artifact.objects.get(pk=artifact_id))
    [(attempt, key, document)] = claimed
    return ArtifactClaim(artifact_id, lease, worker, attempt, key, json.loads(document))


def _column(name: str) -> str:
    return f"search_artifact.{name}"


def heartbeat_artifact(
    *, claim: ArtifactClaim, progress: float, history: Sequence[Mapping[str, Any]]
) -> ArtifactVerdict:
    """Say that the attempt is alive, and learn whether to go on."""
    held = Artifact.objects.filter(pk=claim.artifact_id, lease=claim.lease)
    alive = held.update(
        heartbeat_at=Now(), progress=min(1.0, max(0.0, progress)), history=[dict(row) for row in history]
    )
    if not alive:
        return "lost"
    return "pause" if held.filter(paused=True).exists() else "go"


@dataclass(frozen=True)
class ArtifactEnd:
    """What a finished attempt leaves in the table; the content lies in a file by then."""

    history: Sequence[Mapping[str, Any]]
    result: Mapping[str, Any]
    bytes: int
    seconds: float
    device: str


@transaction.atomic
def finish_artifact(*, claim: ArtifactClaim, end: ArtifactEnd) -> list[int]:
    """It is done: returns the evaluations that waited for it, to be sent. Raises LeaseLost."""
    row = _held(claim)
    row.history, row.result, row.bytes = [dict(point) for point in end.history], dict(end.result), end.bytes
    row.train_seconds, row.device, row.progress = end.seconds, end.device, 1.0
    end_artifact(row, WorkState.DONE)
    return free_waiting(row)


def fail_artifact(*, claim: ArtifactClaim, code: str, reason: str, log: str = "") -> list[int]:
    """The attempt failed, and with it whoever waits. Returns the experiments to advance. Raises LeaseLost."""
    with transaction.atomic():
        row = _held(claim)
        row.reason_code, row.reason, row.log = code, reason, log[-LOG_LENGTH:]
        end_artifact(row, WorkState.FAILED)
    return fail_waiting(row)


@transaction.atomic
def release_artifact(*, claim: ArtifactClaim) -> None:
    """The attempt was told to stop: it waits again and the attempt does not count. Quiet when the lease is lost."""
    try:
        row = _held(claim)
    except errors.LeaseLost:
        return
    wait_again(row, counts=False, reason="")
    row.save()
    why_waiting(row)


def _held(claim: ArtifactClaim) -> Artifact:
    return lock_held(Artifact, claim.artifact_id, claim.lease, errors.ARTIFACT_LEASE_LOST)


def end_artifact(row: Artifact, state: WorkState) -> None:
    row.state, row.lease, row.finished_at = state, "", database_now()
    row.save()
