"""One attempt at one evaluation: claim, train the missing repeats outside any transaction, record, finish.

Celery's task and the one-process search run the same attempt.
"""

import logging
import math
import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from typing import Any, cast

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string

from search import services
from search.checkpoint_files import CheckpointFile
from search.checkpoints import repeat_checkpoint, sweep_checkpoints
from search.early_stops import EarlyStops
from search.evolution.config import Protocol, repeat_seed
from search.evolution.evaluation import Cancelled, EvaluationFailed, Progress, Trainer, TrainResult
from search.evolution.genotype import Genotype
from search.evolution.phenotype import Infeasible, build_phenotype
from search.kept_weights import keep_weights
from search.logcontext import about
from search.outages import AWAY, insist, tolerate
from search.placing import appraises, room_for
from search.services import Claim, LeaseLost, Repeat, RepeatsMissing, errors
from search.stopping import told_to_stop

log = logging.getLogger(__name__)

MOST_LIVE_POINTS = 200
UNREADABLE = "{worker} runs code that cannot read this evaluation, another version than proposed it: {error}"
STOPPING = "{worker} stops: what it is training waits for another one."
Watch = Callable[[Claim, float], None]
"""Told now and then how far an attempt is, a fraction 0..1."""
Send = Callable[[int], None]
"""Brings an evaluation to workers."""


def run_attempt(
    *, evaluation_id: int, worker: str, watch: Watch | None = None, send: Send | None = None
) -> list[int]:
    """Try the evaluation once. Returns the experiments to advance; none when it was not ours to try.

    With `send`, the next individual is proposed by the transaction that ends this one, and given to it after that.
    """
    trainer = load_trainer()  # a process that cannot train must not claim
    sweep_checkpoints()
    if not appraises(trainer):
        return _claimed(evaluation_id, trainer, worker, watch, send)
    with room_for(evaluation_id, trainer) as placed:
        return [] if placed is None else _claimed(evaluation_id, placed, worker, watch, send)


def _claimed(
    evaluation_id: int, trainer: Trainer, worker: str, watch: Watch | None, send: Send | None
) -> list[int]:
    claim = services.claim_evaluation(evaluation_id=evaluation_id, worker=worker, device=settings.DEVICE)
    if claim is None:
        return []
    with about(
        experiment=claim.experiment, evaluation=claim.evaluation_id, worker=worker, attempt=claim.attempt
    ):
        return _held(claim, trainer, watch, send)


def _held(claim: Claim, trainer: Trainer, watch: Watch | None, send: Send | None) -> list[int]:
    """The attempt, and what its end means for the claim."""
    stops = EarlyStops(claim)
    try:
        ended = _attempt(claim, trainer, watch, send, stops)
        return ended + [key for key in stops.experiments if key not in ended]
    except LeaseLost as lost:
        log.warning("%s", lost)
    except Cancelled as reason:
        log.info("%s", reason)
        services.release_evaluation(claim=claim)
    except AWAY:
        raise  # the database is away; the sweep takes the evaluation back when the lease has run out
    except BaseException:
        with suppress(DatabaseError):
            services.release_evaluation(claim=claim)
        raise
    return stops.experiments


def _attempt(
    claim: Claim, trainer: Trainer, watch: Watch | None, send: Send | None, stops: EarlyStops
) -> list[int]:
    try:
        last = _train_missing(claim, trainer, watch, stops)
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
    except _Unreadable as error:  # no fault of the candidate: a newer worker may take the next attempt
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
            return _complete(claim, last, send)
        return insist(partial(services.finish_evaluation, claim=claim))
    except RepeatsMissing as missing:  # somebody has asked for more of them meanwhile
        more = replace(claim, repeats=missing.want, finished_repeats=tuple(range(missing.have)))
        return _attempt(more, trainer, watch, send, stops)


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


def _train_missing(claim: Claim, trainer: Trainer, watch: Watch | None, stops: EarlyStops) -> Repeat | None:
    """Train what no earlier attempt has. The last repeat is handed back instead of recorded, for it is recorded
    by what ends the evaluation; None when there was nothing to train."""
    protocol, genotype = _read(claim)
    try:
        phenotype = build_phenotype(genotype)
    except Infeasible as error:
        raise EvaluationFailed("infeasible", str(error)) from None
    finished: Repeat | None = None
    for repeat in range(claim.repeats):
        if repeat in claim.finished_repeats:
            continue
        if finished is not None:
            _record(claim, finished)
        seed = repeat_seed(claim.phenotype_key, claim.protocol_key, repeat)
        result = trainer(
            phenotype,
            protocol,
            repeat=repeat,
            seed=seed,
            progress=_Heartbeat(claim, repeat, stops, watch),
            device=settings.DEVICE,
            checkpoint=stops.leaving_behind(_checkpoint(claim, repeat)),
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
        repeat=finished.repeat,
        weights=finished.result.weights,
    )
    _checkpoint(claim, finished.repeat).remove()


def _checkpoint(claim: Claim, repeat: int) -> CheckpointFile:
    return repeat_checkpoint(
        phenotype_key=claim.phenotype_key, protocol_key=claim.protocol_key, repeat=repeat
    )


class _Unreadable(Exception):
    """This worker's code does not know what the evaluation asks for: it is older than what proposed it."""


def _read(claim: Claim) -> tuple[Protocol, Genotype]:
    try:
        return Protocol.model_validate(claim.protocol), Genotype.from_json(claim.genotype)
    except ValueError as error:
        raise _Unreadable(UNREADABLE.format(worker=claim.worker, error=error)) from None


def _checked(result: TrainResult) -> None:
    if not (math.isfinite(result.accuracy) and 0 <= result.accuracy <= 1):
        raise EvaluationFailed(
            "not_finite", f"the trainer returned accuracy {result.accuracy}, not a fraction 0..1"
        )


class _Heartbeat:
    """The progress call-back of one repeat: writes at most every HEARTBEAT_SECONDS."""

    def __init__(self, claim: Claim, repeat: int, stops: EarlyStops, watch: Watch | None) -> None:
        self._claim = claim
        self._repeat = repeat
        self._stops = stops
        self._watch = watch
        self._curve: list[dict[str, Any]] = []
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        self._remember(progress)
        done = (self._repeat + progress.step / max(1, progress.steps)) / self._claim.repeats
        if self._watch is not None:
            self._watch(self._claim, done)
        if told_to_stop():  # one that has ended comes by here no more, and is recorded
            raise Cancelled(STOPPING.format(worker=self._claim.worker))
        self._stops.ask(progress, self._repeat, self._curve)
        if time.monotonic() - self._last < settings.HEARTBEAT_SECONDS:
            return
        beat = partial(
            services.heartbeat_evaluation, claim=self._claim, progress=done, live_curve=self._curve
        )
        verdict: services.Verdict = tolerate(beat, "go")
        self._last = time.monotonic()
        if verdict != "go":
            text = errors.LEASE_LOST if verdict == "lost" else errors.NOBODY_NEEDS
            raise Cancelled(text.format(key=self._claim.evaluation_id))

    def _remember(self, progress: Progress) -> None:
        if progress.loss is None and progress.validation_accuracy is None:
            return
        self._curve.append(
            {
                "step": progress.step,
                "loss": progress.loss,
                "train_accuracy": progress.train_accuracy,
                "validation_accuracy": progress.validation_accuracy,
                "seconds": progress.seconds,
            }
        )
        if len(self._curve) > MOST_LIVE_POINTS:
            self._curve = self._curve[::2]


@cache
def load_trainer() -> Trainer:
    """The function that TRAINER names, imported in the process that trains and nowhere else."""
    threads = str(settings.TORCH_THREADS)
    os.environ.update(OMP_NUM_THREADS=threads, MKL_NUM_THREADS=threads)  # read when the libraries load
    os.environ["NASWEB_CUDA_GRAPHS"] = str(int(settings.CUDA_GRAPHS))  # the trainer knows no settings
    os.environ.update(NASWEB_COMPILE=settings.COMPILE, NASWEB_KERNELS=settings.KERNELS)
    os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", threads)
    trainer = cast(Trainer, import_string(settings.TRAINER))
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(settings.TORCH_THREADS)
    return trainer
