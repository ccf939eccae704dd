"""One attempt at a final evaluation: claimed, heard of, its runs recorded, ended. Each function is one transaction.

The lease is the attempt's token, as with evaluations: whoever holds another one is refused (LeaseLost).
"""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from search.database import statements
from search.database.clock import ended_now
from search.database.texts import storable
from search.evolution.evaluation import CurvePoint
from search.evolution.experiments.config import TRAINER_VERSION
from search.evolution.finals.scores import FinalScore
from search.models import FinalEvaluation, FinalRun, WorkState
from search.services import errors
from search.services.evaluations.recording import WORKER_LOST
from search.services.leasing import claim_statement, lock_held, wait_again

LOG_LENGTH = 20_000
_CLAIMED = """
SELECT f.attempts, f.phenotype_key, f.protocol_key, f.protocol, f.runs, g.space, g.levels
FROM search_finalevaluation f JOIN search_genotype g ON g.id = f.genotype_id WHERE f.id = %s AND f.lease = %s
"""


@dataclass(frozen=True)
class FinalClaim:
    """The right of one attempt to train one final evaluation and to write what comes of it."""

    final_id: int
    lease: str
    worker: str
    attempt: int
    """From 1."""
    phenotype_key: str
    protocol_key: str
    protocol: Mapping[str, Any]
    runs: int
    genotype: Mapping[str, Any]
    finished_runs: tuple[int, ...]


def claim_final(*, final_id: int, worker: str, device: str = "") -> FinalClaim | None:
    """Take one that waits; None to whoever comes too late."""
    lease = str(uuid.uuid4())
    with transaction.atomic():
        claimed = statements.ask_last(
            [
                (
                    claim_statement(FinalEvaluation, wanted="1 = 1"),
                    [lease, worker, device, final_id, TRAINER_VERSION],
                ),
                (_CLAIMED, [final_id, lease]),
            ]
        )
        if not claimed:
            return None
        runs = FinalRun.objects.filter(final=final_id).order_by("run").values_list("run", flat=True)
        finished = tuple(runs)
    [(attempt, phenotype_key, protocol_key, protocol, count, space, levels)] = claimed
    genotype = {"space": _json(space), "levels": _json(levels)}
    return FinalClaim(
        final_id,
        lease,
        worker,
        attempt,
        phenotype_key,
        protocol_key,
        _json(protocol),
        count,
        genotype,
        finished,
    )


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def heartbeat_final(*, claim: FinalClaim, progress: float, live_curve: Sequence[CurvePoint]) -> bool:
    """Say that the attempt is alive, and learn whether its lease still holds."""
    held = FinalEvaluation.objects.filter(pk=claim.final_id, lease=claim.lease)
    done = min(1.0, max(0.0, progress))
    return bool(held.update(heartbeat_at=Now(), progress=done, live_curve=list(live_curve)))


@transaction.atomic
def record_run(*, claim: FinalClaim, run: int, seed: int, score: FinalScore) -> None:
    """Keep one finished run, for good. Raises LeaseLost.

    May be repeated when it is not known whether it was committed: a run that is there already stays.
    """
    row = _held(claim)
    _, created = FinalRun.objects.get_or_create(
        final=row,
        run=run,
        defaults={
            "seed": seed,
            "accuracy": score.accuracy,
            "top5": score.top5,
            "loss": score.loss,
            "confusion": [list(cell) for cell in score.confusion],
            "mistakes": [
                {
                    "image": mistake.image,
                    "label": mistake.label,
                    "predicted": mistake.predicted,
                    "confidence": mistake.confidence,
                    "png": base64.b64encode(mistake.png).decode(),
                }
                for mistake in score.mistakes
            ],
            "curve": list(score.curve),
            "seconds": score.seconds,
            "device": score.device,
            "worker": claim.worker,
            "attempt": claim.attempt,
        },
    )
    if not created:
        return
    row.train_seconds += score.seconds
    row.device, row.test_images, row.seen = score.device, score.test_images, score.seen
    row.classes = [storable(name) for name in score.classes]
    row.attempts, row.live_curve = 1, []  # a run is progress: what failed before it counts no more
    row.save(
        update_fields=["train_seconds", "device", "test_images", "seen", "classes", "attempts", "live_curve"]
    )


@transaction.atomic
def finish_final(*, claim: FinalClaim) -> bool:
    """All runs are recorded: it is done. False where more have been asked for since. Raises LeaseLost."""
    row = _held(claim)
    if row.records.count() < row.runs:
        return False
    row.progress = 1.0
    _end(row, WorkState.DONE)
    return True


@transaction.atomic
def fail_final(*, claim: FinalClaim, code: str, reason: str, log: str = "") -> None:
    """The attempt failed; finished runs stay. Raises LeaseLost."""
    row = _held(claim)
    row.reason_code, row.reason, row.log = code, storable(reason), storable(log[-LOG_LENGTH:])
    _end(row, WorkState.FAILED)


@transaction.atomic
def lose_final(*, claim: FinalClaim, reason: str) -> bool:
    """The attempt was lost by no fault of the network, as one whose worker goes silent is: it waits again and the
    attempt counts; the last one fails it. Whether it waits. Quiet when the lease is gone."""
    try:
        row = _held(claim)
    except errors.LeaseLost:
        return False
    if row.attempts >= row.max_attempts:
        fail_lost_final(row, code=WORKER_LOST, reason=storable(reason))
        return False
    wait_again(row, counts=True, reason=storable(reason))
    row.save()
    return True


@transaction.atomic
def release_final(*, claim: FinalClaim) -> None:
    """The attempt lets go in good order: it waits again and no attempt counts. Quiet when the lease is gone."""
    try:
        row = _held(claim)
    except errors.LeaseLost:
        return
    wait_again(row, counts=False, reason="")
    row.save()


def _held(claim: FinalClaim) -> FinalEvaluation:
    return lock_held(FinalEvaluation, claim.final_id, claim.lease, errors.FINAL_LEASE_LOST)


def _end(row: FinalEvaluation, state: WorkState) -> None:
    row.state, row.lease, row.live_curve = state, "", []
    row.finished_at = ended_now(row.created_at)
    row.save()


def fail_lost_final(row: FinalEvaluation, *, code: str, reason: str) -> None:
    """Of a locked row whose last attempt went silent."""
    row.reason_code, row.reason = code, reason
    _end(row, WorkState.FAILED)
