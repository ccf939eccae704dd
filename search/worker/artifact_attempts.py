"""One attempt at an artifact: claim, train outside any transaction, keep the file, finish."""

import logging
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, cast

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string

from search.artifacts.stored import artifact_checkpoint, keep_artifact
from search.database.retrying import AWAY, insist
from search.evolution.artifacts import ARTIFACT_TRAINER, ArtifactJob, ArtifactProgress, TrainArtifact
from search.evolution.evaluation import Cancelled, EvaluationFailed
from search.evolution.networks.hashing import derive_seed
from search.logcontext import about
from search.services import LeaseLost
from search.services.artifacts import attempts as artifact_attempts
from search.services.artifacts.attempts import ArtifactClaim, ArtifactEnd, ArtifactVerdict
from search.worker.attempts import load_trainer
from search.worker.jobs import installed_runtime
from search.worker.pausing import PausingCheckpoint, PausingHeartbeat, Reasons

log = logging.getLogger(__name__)

STOPPING = "{worker} stops: shared training {key} waits for another one."
PAUSED = "Shared training {key} is paused."
LOST = "Shared training {key} is no longer held by this attempt."
Ended = tuple[list[int], list[int]]
"""(evaluations to send, experiments to advance)."""


def run_artifact_attempt(*, artifact_id: int, worker: str) -> Ended:
    """Try the artifact once. Nothing comes back when it was not ours to try."""
    load_trainer()  # says how many threads torch may use; a process that cannot train must not claim
    train = load_artifact_trainer()
    claim = artifact_attempts.claim_artifact(artifact_id=artifact_id, worker=worker, device=settings.DEVICE)
    if claim is None:
        return [], []
    with about(artifact=claim.artifact_id, worker=worker, attempt=claim.attempt):
        try:
            return _attempt(claim, train)
        except LeaseLost as lost:
            log.warning("%s", lost)
        except Cancelled as reason:
            log.info("%s", reason)
            artifact_attempts.release_artifact(claim=claim)
        except AWAY:
            raise  # the sweep takes it back when the lease has run out
        except BaseException:
            with suppress(DatabaseError):
                artifact_attempts.release_artifact(claim=claim)
            raise
    return [], []


def load_artifact_trainer() -> TrainArtifact:
    """Imported in the process that trains and nowhere else."""
    return cast(TrainArtifact, import_string(f"{ARTIFACT_TRAINER}.train"))


def _attempt(claim: ArtifactClaim, train: TrainArtifact) -> Ended:
    heart = _heartbeat(claim)

    def progress(now: ArtifactProgress) -> None:
        if heart.ending:  # candidates are scored without checkpoints
            raise Cancelled(heart.ending)
        heart.beat(now.done, now.point, is_due=now.point is not None)

    checkpoint = artifact_checkpoint(claim.key)
    job = ArtifactJob(claim.document, derive_seed("artifact", claim.key), installed_runtime())
    try:
        trained = train(job, progress=progress, checkpoint=PausingCheckpoint(heart, checkpoint))
        keep_artifact(claim.key, trained.content)
    except EvaluationFailed as failure:
        return [], _fail(claim, failure.code, failure.message)
    except SoftTimeLimitExceeded:
        limit = settings.CELERY_TASK_SOFT_TIME_LIMIT
        return [], _fail(claim, "time_out", f"the worker's limit of {limit} s for one attempt was reached")
    except (Cancelled, LeaseLost, DatabaseError):
        raise
    except Exception as error:
        log.exception("shared training %s failed", claim.artifact_id)
        return [], _fail(claim, "error", f"{type(error).__name__}: {error}", traceback.format_exc())
    end = ArtifactEnd(heart.points, trained.result, len(trained.content), trained.seconds, trained.device)
    send = insist(partial(artifact_attempts.finish_artifact, claim=claim, end=end))
    checkpoint.remove()
    return send, []


def _fail(claim: ArtifactClaim, code: str, reason: str, text: str = "") -> list[int]:
    fail = partial(artifact_attempts.fail_artifact, claim=claim, code=code, reason=reason, log=text)
    return insist(fail)


def _heartbeat(claim: ArtifactClaim) -> PausingHeartbeat[Mapping[str, Any]]:
    def send(done: float, history: Sequence[Mapping[str, Any]]) -> ArtifactVerdict:
        return artifact_attempts.heartbeat_artifact(claim=claim, progress=done, history=history)

    key = claim.artifact_id
    reasons = Reasons(
        STOPPING.format(worker=claim.worker, key=key), LOST.format(key=key), PAUSED.format(key=key)
    )
    return PausingHeartbeat(send, reasons)
