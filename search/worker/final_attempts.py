"""One attempt at a final evaluation: claim, train the missing runs outside any transaction, record each."""

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import cast

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError
from django.utils.module_loading import import_string

from search.artifacts.finals import keep_run_weights, run_checkpoint
from search.database.retrying import AWAY, insist
from search.evolution.evaluation import (
    Cancelled,
    CurvePoint,
    EvaluationFailed,
    ProcessLost,
    Progress,
    ResourceEstimate,
)
from search.evolution.experiments.config import Protocol
from search.evolution.finals.protocol import run_seed
from search.evolution.finals.scores import FINAL_TRAINER, EstimateFinal, FinalJob, TrainFinal
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.logcontext import about
from search.selectors.finals import waiting_final
from search.services import LeaseLost
from search.services.finals import attempts as final_attempts
from search.services.finals.attempts import FinalClaim
from search.worker.admission import Room, device_room
from search.worker.attempts import load_trainer
from search.worker.jobs import installed_runtime
from search.worker.pausing import PausingCheckpoint, PausingHeartbeat, Reasons, Verdict
from search.worker.stop_flag import told_to_stop

log = logging.getLogger(__name__)

STOPPING = "{worker} stops: final evaluation {key} waits for another one."
GOES_ON = "Final evaluation {key} goes on in another attempt: this one's time is over."
LOST = "Final evaluation {key} is no longer held by this attempt."
LONGEST_DEVICE = 100
SHARE_OF_LIMIT = 0.9
"""Of the worker's limit for one attempt: after that the state is saved and the rest is another attempt's."""


def run_final_attempt(*, final_id: int, worker: str) -> bool:
    """Try it once. Whether it waits for another attempt at once, because this one's time is over."""
    load_trainer()  # says how many threads torch may use; a process that cannot train must not claim
    with device_room(
        f"final evaluation {final_id}", partial(_needs, final_id), partial(_waits, final_id)
    ) as room:
        return room.is_wanted and _claimed(final_id, worker, room)


def _needs(final_id: int) -> Sequence[ResourceEstimate]:
    """Nothing where it cannot be told: what is wrong with it is an attempt's to say."""
    row = waiting_final(final_id)
    if row is None:
        return ()
    try:
        protocol = Protocol.model_validate(row.protocol)
        phenotype = build_phenotype(Genotype.of_row(row.genotype))
    except ValueError:
        return ()
    estimates = cast(EstimateFinal, import_string(f"{FINAL_TRAINER}.estimates"))
    return estimates(_job(phenotype, protocol))


def _job(phenotype: Phenotype, protocol: Protocol, *, run: int = 0, seed: int = 0) -> FinalJob:
    """On the devices that the settings say."""
    devices, runtime = tuple(settings.FINAL_DEVICES), installed_runtime()
    if len(devices) == 1:
        runtime = replace(runtime, device=devices[0])
    return FinalJob(phenotype, protocol, run, seed, runtime, devices)


def _waits(final_id: int) -> bool:
    return waiting_final(final_id) is not None


def _claimed(final_id: int, worker: str, room: Room) -> bool:
    train = cast(TrainFinal, import_string(f"{FINAL_TRAINER}.train"))
    device = ", ".join(settings.FINAL_DEVICES)[:LONGEST_DEVICE] or settings.DEVICE
    claim = final_attempts.claim_final(final_id=final_id, worker=worker, device=device)
    if claim is None:
        return False
    attempt = _Attempt(claim, train, room)
    with about(final=claim.final_id, worker=worker, attempt=claim.attempt):
        try:
            attempt.carry_out()
        except LeaseLost as lost:
            log.warning("%s", lost)
        except Cancelled as reason:
            log.info("%s", reason)
            final_attempts.release_final(claim=claim)
            return attempt.time_is_over and not told_to_stop()
        except ProcessLost as reason:
            log.warning("final evaluation %s: %s", claim.final_id, reason)
            why = f"In attempt {claim.attempt} {reason}."
            return insist(partial(final_attempts.lose_final, claim=claim, reason=why))
        except AWAY:
            raise  # the sweep takes it back when the lease has run out
        except BaseException:
            with suppress(DatabaseError):
                final_attempts.release_final(claim=claim)
            raise
    return False


class _Attempt:
    """The runs of one claim, one after the other."""

    def __init__(self, claim: FinalClaim, train: TrainFinal, room: Room) -> None:
        self.claim, self._train, self._room = claim, train, room
        self._until = time.monotonic() + SHARE_OF_LIMIT * settings.CELERY_TASK_SOFT_TIME_LIMIT

    @property
    def time_is_over(self) -> bool:
        return time.monotonic() > self._until

    def carry_out(self) -> None:
        claim = self.claim
        fail = partial(final_attempts.fail_final, claim=claim)
        try:
            self._runs()
        except EvaluationFailed as failure:
            insist(partial(fail, code=failure.code, reason=failure.message))
        except SoftTimeLimitExceeded:
            limit = settings.CELERY_TASK_SOFT_TIME_LIMIT
            reason = (
                f"the worker's limit of {limit} s for one attempt was reached between two signs of progress"
            )
            insist(partial(fail, code="time_out", reason=reason))
        except (Cancelled, LeaseLost, ProcessLost, DatabaseError):
            raise
        except Exception as error:
            log.exception("final evaluation %s failed", claim.final_id)
            text = traceback.format_exc()
            insist(partial(fail, code="error", reason=f"{type(error).__name__}: {error}", log=text))

    def _runs(self) -> None:
        claim = self.claim
        protocol = Protocol.model_validate(claim.protocol)
        phenotype = build_phenotype(Genotype.from_json(claim.genotype))
        for run in range(claim.runs):
            if run in claim.finished_runs:
                continue
            seed = run_seed(claim.phenotype_key, claim.protocol_key, run)
            heart, progress = self._heartbeat(run)
            file = run_checkpoint(phenotype_key=claim.phenotype_key, protocol_key=claim.protocol_key, run=run)
            score = self._train(
                _job(phenotype, protocol, run=run, seed=seed),
                progress=progress,
                checkpoint=PausingCheckpoint(heart, file),
            )
            keep_run_weights(
                phenotype_key=claim.phenotype_key,
                protocol_key=claim.protocol_key,
                run=run,
                weights=score.weights,
            )
            insist(partial(final_attempts.record_run, claim=claim, run=run, seed=seed, score=score))
            file.remove()
        if not insist(partial(final_attempts.finish_final, claim=claim)):
            raise Cancelled(f"More runs of final evaluation {claim.final_id} were asked for meanwhile.")

    def _heartbeat(self, run: int) -> tuple[PausingHeartbeat[CurvePoint], Callable[[Progress], None]]:
        """The heartbeat of one run, and the call-back that the trainer is given."""
        claim = self.claim

        def send(done: float, curve: Sequence[CurvePoint]) -> Verdict:
            alive = final_attempts.heartbeat_final(claim=claim, progress=done, live_curve=curve)
            return "go" if alive else "lost"

        key = claim.final_id
        heart = PausingHeartbeat(
            send, Reasons(STOPPING.format(worker=claim.worker, key=key), LOST.format(key=key))
        )

        def progress(now: Progress) -> None:
            self._room.told(now.step)
            if self.time_is_over:
                heart.ending = GOES_ON.format(key=key)
            done = (run + now.step / max(1, now.steps)) / claim.runs
            heart.beat(done, None if now.loss is None else now.point)

        return heart, progress
