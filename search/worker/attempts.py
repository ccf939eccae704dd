"""Attempt at an evaluation: claim, train the missing repeats outside any transaction, record.

Celery's task and the one-process search run the same attempt.
"""

import logging
import math
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import cast

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, DataError
from django.utils.module_loading import import_string

from search import services
from search.artifacts.checkpoints import repeat_checkpoint, sweep_checkpoints
from search.artifacts.files import CheckpointFile
from search.artifacts.stored import StoredArtifacts
from search.artifacts.weights import keep_weights
from search.database.retrying import AWAY, insist
from search.evolution.evaluation import Cancelled, Evaluate, Evaluated, EvaluationFailed
from search.evolution.experiments.protocol_keys import repeat_seed
from search.logcontext import about
from search.models import Evaluation
from search.selectors.evaluations import waiting_evaluation
from search.services import Claim, LeaseLost, Repeat, RepeatsMissing
from search.worker.admission import room_for
from search.worker.early_stops import EarlyStops
from search.worker.heartbeat import Heartbeat, Watch
from search.worker.jobs import Documents, Prepared, Unreadable, estimate_beside, prepare
from search.worker.offer import installed_offer, queue_elsewhere

log = logging.getLogger(__name__)

UNSTORABLE = "The database refused what the training found ({error})."
NOT_STORABLE = (DataError, UnicodeError)
Send = Callable[[int], None]
"""Brings an evaluation to workers."""
PassOn = Callable[[int, str], None]
"""Brings one to the queue of those that offer what it needs."""


def run_attempt(
    *,
    evaluation_id: int,
    worker: str,
    watch: Watch | None = None,
    send: Send | None = None,
    pass_on: PassOn | None = None,
) -> list[int]:
    """Try the evaluation once. Returns the experiments to advance; none when it was not ours to try.

    With `send`, the next individual is proposed by the transaction that ends this one, and given to it after that.
    With `pass_on`, one that needs what this worker does not offer is brought to a worker that does.
    """
    trainer = load_trainer()  # a process that cannot train must not claim
    sweep_checkpoints()
    options = _Options(worker, trainer, watch, send, pass_on)
    if estimate_beside(trainer) is None:
        return _claimed(evaluation_id, None, options)
    row = waiting_evaluation(evaluation_id)
    if row is None or _passed_on(row, options):
        return []
    prepared = _prepared_early(row, options)
    if prepared is None:
        return _claimed(evaluation_id, None, options)
    with room_for(evaluation_id, prepared) as placed:
        return [] if placed is None else _claimed(evaluation_id, placed, options)


@dataclass(frozen=True)
class _Options:
    """Of one attempt, whatever it is at."""

    worker: str
    trainer: Evaluate
    watch: Watch | None
    send: Send | None
    pass_on: PassOn | None


def _passed_on(row: Evaluation | None, options: _Options) -> bool:
    """Whether it needs another worker; without a broker it waits for one."""
    queue = queue_elsewhere(row)
    if queue and row is not None and options.pass_on is not None:
        options.pass_on(row.pk, queue)
    return bool(queue)


def _prepared_early(row: Evaluation, options: _Options) -> Prepared | None:
    """None where something is wrong with it: that is told by an attempt, which must be claimed first."""
    genotype = {"space": row.genotype.space, "levels": row.genotype.levels}
    documents = Documents(row.protocol, genotype, row.context_key, row.context)
    try:
        return prepare(documents, options.trainer, worker=options.worker)
    except (Unreadable, EvaluationFailed):
        return None


def _claimed(evaluation_id: int, prepared: Prepared | None, options: _Options) -> list[int]:
    worker = options.worker
    claim = services.claim_evaluation(
        evaluation_id=evaluation_id, worker=worker, device=settings.DEVICE, offer=installed_offer()
    )
    if claim is None:
        _passed_on(waiting_evaluation(evaluation_id), options)
        return []
    with about(
        experiment=claim.experiment, evaluation=claim.evaluation_id, worker=worker, attempt=claim.attempt
    ):
        return _held(claim, prepared, options)


def _held(claim: Claim, prepared: Prepared | None, options: _Options) -> list[int]:
    """The attempt, and what its end means for the claim."""
    stops = EarlyStops(claim)
    try:
        ended = _attempt(claim, prepared, options, stops)
        return ended + [key for key in stops.experiments if key not in ended]
    except LeaseLost as lost:
        log.warning("%s", lost)
    except Cancelled as reason:
        log.info("%s", reason)
        services.release_evaluation(claim=claim)
    except NOT_STORABLE as error:
        return _not_stored(claim, error) + stops.experiments
    except AWAY:
        raise  # the database is away; the sweep takes the evaluation back when the lease has run out
    except BaseException:
        with suppress(DatabaseError):
            services.release_evaluation(claim=claim)
        raise
    return stops.experiments


def _attempt(claim: Claim, prepared: Prepared | None, options: _Options, stops: EarlyStops) -> list[int]:
    try:
        if prepared is None:
            documents = Documents(claim.protocol, claim.genotype, claim.context_key, claim.context)
            prepared = prepare(documents, options.trainer, worker=claim.worker)
        last = _train_missing(claim, prepared, options, stops)
    except EvaluationFailed as failure:
        return _fail(claim, failure)
    except SoftTimeLimitExceeded:
        limit = settings.CELERY_TASK_SOFT_TIME_LIMIT
        return _fail(
            claim,
            EvaluationFailed("time_out", f"the worker's limit of {limit} s for one attempt was reached"),
        )
    except (Cancelled, LeaseLost, DatabaseError):
        raise
    except Unreadable as error:  # no fault of the candidate: a newer worker may take the next attempt
        log.warning("%s", error)
        return insist(
            partial(services.fail_evaluation, claim=claim, code="error", reason=str(error), retry=True)
        )
    except Exception as error:
        log.exception("evaluation %s failed", claim.evaluation_id)
        reason = f"{type(error).__name__}: {error}"
        text = traceback.format_exc()
        return insist(partial(services.fail_evaluation, claim=claim, code="error", reason=reason, log=text))
    try:
        if last is not None:
            return _complete(claim, last, options.send)
        return insist(partial(services.finish_evaluation, claim=claim))
    except RepeatsMissing as missing:  # somebody has asked for more of them meanwhile
        more = replace(claim, repeats=missing.want, finished_repeats=tuple(range(missing.have)))
        return _attempt(more, prepared, options, stops)


def _not_stored(claim: Claim, error: Exception) -> list[int]:
    """Tried again it would be refused again, at every sweep and for ever."""
    log.exception("what evaluation %s found cannot be stored", claim.evaluation_id)
    reason = UNSTORABLE.format(error=f"{type(error).__name__}: {error}")
    return insist(partial(services.fail_evaluation, claim=claim, code="error", reason=reason))


def _complete(claim: Claim, last: Repeat, send: Send | None) -> list[int]:
    write = partial(services.complete_evaluation, claim=claim, last=last, propose=send is not None)
    completed = insist(write)
    if completed is None:
        _record(claim, last)
        return insist(partial(services.finish_evaluation, claim=claim))
    _recorded(claim, last)
    for evaluation_id in completed.send:
        assert send is not None  # or nothing was proposed
        send(evaluation_id)
    return completed.advance


def _fail(claim: Claim, failure: EvaluationFailed) -> list[int]:
    if failure.code == "dataset_unavailable":
        insist(
            partial(services.postpone_evaluation, claim=claim, reason=f"{claim.worker}: {failure.message}")
        )
        return []
    return insist(partial(services.fail_evaluation, claim=claim, code=failure.code, reason=failure.message))


def _train_missing(claim: Claim, prepared: Prepared, options: _Options, stops: EarlyStops) -> Repeat | None:
    """Train what no earlier attempt has. The last repeat is handed back instead of recorded, for it is recorded
    by what ends the evaluation; None when there was nothing to train."""
    finished: Repeat | None = None
    for repeat in range(claim.repeats):
        if repeat in claim.finished_repeats:
            continue
        if finished is not None:
            _record(claim, finished)
        seed = repeat_seed(claim.phenotype_key, claim.protocol_key, repeat, claim.context_key)
        result = prepared.evaluate(
            prepared.job(repeat=repeat, seed=seed),
            progress=Heartbeat(claim, repeat, stops, options.watch),
            checkpoint=stops.leaving_behind(_checkpoint(claim, repeat)),
            artifacts=StoredArtifacts(),
        )
        _checked(result)
        finished = Repeat(repeat, seed, result)
        if stops.ending:  # the trainer had no occasion to stop
            _record(claim, finished)
            raise Cancelled(stops.ending)
    return finished


def _record(claim: Claim, finished: Repeat) -> None:
    repeat, seed, result = finished.repeat, finished.seed, finished.result
    insist(partial(services.record_repeat, claim=claim, repeat=repeat, seed=seed, result=result))
    _recorded(claim, finished)


def _recorded(claim: Claim, finished: Repeat) -> None:
    """What comes after a repeat is safe: its weights are kept, its checkpoint is not."""
    keep_weights(
        phenotype_key=claim.phenotype_key,
        protocol_key=claim.protocol_key,
        context_key=claim.context_key,
        repeat=finished.repeat,
        weights=finished.result.weights,
    )
    _checkpoint(claim, finished.repeat).remove()


def _checkpoint(claim: Claim, repeat: int) -> CheckpointFile:
    return repeat_checkpoint(
        phenotype_key=claim.phenotype_key,
        protocol_key=claim.protocol_key,
        context_key=claim.context_key,
        repeat=repeat,
    )


def _checked(result: Evaluated) -> None:
    if not (math.isfinite(result.accuracy) and 0 <= result.accuracy <= 1):
        raise EvaluationFailed(
            "not_finite", f"the trainer returned accuracy {result.accuracy}, not a fraction 0..1"
        )


@cache
def load_trainer() -> Evaluate:
    """The function that TRAINER names, imported in the process that trains and nowhere else."""
    threads = str(settings.TORCH_THREADS)
    os.environ.update(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads)  # read when the libraries load
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", threads)
    trainer = cast(Evaluate, import_string(settings.TRAINER))
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(settings.TORCH_THREADS)
    return trainer
