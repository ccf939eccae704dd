"""Recording of an attempt: heartbeat, finished repeats, failure. Each function is one transaction.

The lease is the attempt's token: whoever holds another one is refused (LeaseLost).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from search.database import statements
from search.database.clock import ended_now
from search.database.texts import storable
from search.evolution.evaluation import CurvePoint, Evaluated
from search.models import (
    AttemptOutcome,
    EndedAttempt,
    Evaluation,
    ExperimentState,
    FitnessRecord,
    Individual,
    WorkState,
)
from search.services import errors
from search.services.decision_state.repeats import mean_and_spread
from search.services.evaluations.claiming import Claim, repeat_accuracies
from search.services.evaluations.outcomes import end_evaluation
from search.services.leasing import lock_held, wait_again
from search.services.locking import lock_experiments
from search.services.pauses.dataset_pauses import await_data
from search.services.pauses.idle_time import IDLE_TIME
from search.services.state_log import log_evaluation

LOG_LENGTH = 20_000
"""Characters kept of a failed attempt's log, the end of it."""
WORKER_LOST = "worker_lost"
OUTCOME = (
    "state", "lease", "live_curve", "progress", "fitness", "fitness_spread", "reason_code", "reason",
    "log", "finished_at",
)  # fmt: skip


@dataclass(frozen=True)
class Repeat:
    """One finished repeat, not yet recorded."""

    repeat: int
    """From 0."""
    seed: int
    result: Evaluated


Verdict = Literal["go", "cancel", "lost"]


def heartbeat_evaluation(*, claim: Claim, progress: float, live_curve: Sequence[CurvePoint] = ()) -> Verdict:
    """Say that the attempt is alive, and learn whether to go on."""
    alive = _held(claim).update(
        heartbeat_at=Now(), progress=min(1.0, max(0.0, progress)), live_curve=list(live_curve)
    )
    if not alive:
        return "lost"
    needed = Individual.objects.filter(evaluation=claim.evaluation_id, state__in=Individual.OPEN)
    return "go" if needed.exists() else "cancel"


@transaction.atomic
def record_repeat(*, claim: Claim, repeat: int, seed: int, result: Evaluated) -> FitnessRecord:
    """Keep one finished repeat, for good. Raises LeaseLost.

    May be repeated when it is not known whether it was committed: a repeat that is there already stays.
    """
    return keep_repeat(claim, Repeat(repeat, seed, result))


def keep_repeat(claim: Claim, finished: Repeat) -> FitnessRecord:
    """`record_repeat` within a transaction."""
    repeat, result = finished.repeat, finished.result
    kept = statements.select(
        FitnessRecord,
        "WHERE evaluation_id = %s AND repeat = %s AND EXISTS"
        " (SELECT 1 FROM search_evaluation e WHERE e.id = evaluation_id AND e.lease = %s)",
        [claim.evaluation_id, repeat, claim.lease],
    )
    if kept:
        return kept[0]
    held = statements.change(
        f"UPDATE search_evaluation SET heartbeat_at = {statements.now()}, device = %s,"
        " train_seconds = train_seconds + %s WHERE id = %s AND lease = %s",
        [result.device, result.seconds, claim.evaluation_id, claim.lease],
    )
    if not held:
        raise errors.LeaseLost(errors.LEASE_LOST.format(key=claim.evaluation_id))
    record = _record(claim, finished)
    statements.insert([record])
    return record


def _record(claim: Claim, finished: Repeat) -> FitnessRecord:
    result = finished.result
    return FitnessRecord(
        evaluation_id=claim.evaluation_id,
        repeat=finished.repeat,
        seed=finished.seed,
        accuracy=result.accuracy,
        curve=list(result.curve),
        seconds=result.seconds,
        device=result.device,
        worker=claim.worker,
        attempt=claim.attempt,
    )


def finish_evaluation(*, claim: Claim) -> list[int]:
    """All repeats are recorded: their mean becomes the fitness of every individual that waits for it.

    Returns the experiments to advance. Raises LeaseLost, or RepeatsMissing.
    """

    return end_evaluation(claim.evaluation_id, lambda: finished(claim))


def finished(claim: Claim, last: Repeat | None = None) -> Evaluation:
    """The evaluation, locked and done, with the mean of its repeats; refuses as `finish_evaluation` does.

    `last` is one that is not recorded yet: it is now. Nothing is asked that is known: a first repeat that no other
    was there before is the only one.
    """
    row = _lock_held(claim)
    if last is not None:
        statements.add([_record(claim, last)])
        row.device, row.train_seconds = last.result.device, row.train_seconds + last.result.seconds
    if last is not None and last.repeat == 0 and not claim.finished_repeats:
        accuracies = [last.result.accuracy]
    else:
        accuracies = [accuracy for _, accuracy in repeat_accuracies(row.pk)]
    want = row.repeats or row.protocol["repeats"]
    if len(accuracies) < want:
        raise errors.RepeatsMissing(row.pk, len(accuracies), want)
    row.fitness, row.fitness_spread = mean_and_spread(accuracies)
    row.progress = 1.0
    return _ended(row, WorkState.DONE, heard_of=last is not None)


def fail_evaluation(*, claim: Claim, code: str, reason: str, retry: bool = False, log: str = "") -> list[int]:
    """The attempt failed. With `retry` the evaluation waits again while attempts are left.

    Returns the experiments to advance. Raises LeaseLost.
    """
    if retry and _give_back(claim, reason):
        return []

    return _fail(claim.evaluation_id, claim.lease, code, reason, log)


def fail_lost_evaluation(*, evaluation_id: int, lease: str, reason: str) -> list[int]:
    """The last attempt's worker went silent. Raises LeaseLost when somebody was quicker."""
    return _fail(evaluation_id, lease, WORKER_LOST, reason, "")


@transaction.atomic
def postpone_evaluation(*, claim: Claim, reason: str) -> None:
    """The worker is at fault, not the candidate (it has no data set): pause every experiment that needs it until
    the data set is there, rather than fail one candidate after another. Raises LeaseLost."""
    needed = Individual.objects.filter(evaluation=claim.evaluation_id, state__in=Individual.OPEN)
    experiments = lock_experiments(needed.order_by().values_list("experiment_id", flat=True).distinct())
    row = _lock_held(claim)
    let_go(row, counts=False, reason=reason)
    for experiment in experiments.values():
        if experiment.state == ExperimentState.RUNNING:
            await_data(experiment, dataset=row.protocol["dataset"], found=storable(reason))
            experiment.save(update_fields=["state", "reason", "awaits", *IDLE_TIME])


@transaction.atomic
def release_evaluation(*, claim: Claim) -> None:
    """The attempt was told to stop: the evaluation is cancelled if nobody needs it, else it waits again and
    the attempt does not count. Quiet when the lease is lost."""
    row = _held(claim).select_for_update(no_key=True).first()
    if row is not None:
        let_go(row, counts=False, reason="")


def let_go(row: Evaluation, *, counts: bool, reason: str) -> None:
    """Take a locked, running evaluation out of its attempt's hands: waiting again, or cancelled if unneeded."""
    needed = Individual.objects.filter(evaluation=row, state__in=Individual.OPEN)
    reason = storable(reason)
    _keep_attempt(row, AttemptOutcome.TRIED_AGAIN if counts else AttemptOutcome.GIVEN_BACK, reason)
    wait_again(row, counts=counts, reason=reason)
    if needed.exists():
        needed.update(state=WorkState.WAITING)
        row.live_curve, row.progress = [], 0
    else:  # what was measured until then stays to be seen
        row.state = WorkState.CANCELLED
        row.finished_at = ended_now(row.created_at)
    row.save()
    log_evaluation(row, worker=row.worker, attempts=row.attempts)


@transaction.atomic
def _give_back(claim: Claim, reason: str) -> bool:
    row = _lock_held(claim)
    if row.attempts >= row.max_attempts:
        return False
    let_go(row, counts=True, reason=reason)
    return True


def _fail(evaluation_id: int, lease: str, code: str, reason: str, log: str) -> list[int]:
    def fail() -> Evaluation:
        row = lock_held(Evaluation, evaluation_id, lease, errors.LEASE_LOST)
        row.reason_code, row.reason, row.log = code, storable(reason), storable(log[-LOG_LENGTH:])
        _keep_attempt(row, AttemptOutcome.FAILED, row.reason)
        return _ended(row, WorkState.FAILED)

    return end_evaluation(evaluation_id, fail)


def _keep_attempt(row: Evaluation, outcome: AttemptOutcome, reason: str) -> None:
    """Of a locked row, before it changes hands: what a later attempt or a retry would overwrite."""
    EndedAttempt.objects.create(
        evaluation=row,
        number=row.attempts,
        worker=row.worker,
        device=row.device,
        started_at=row.claimed_at,
        outcome=outcome,
        reason_code=row.reason_code,
        reason=reason,
    )


def _held(claim: Claim) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(pk=claim.evaluation_id, lease=claim.lease)


def _lock_held(claim: Claim) -> Evaluation:
    return lock_held(Evaluation, claim.evaluation_id, claim.lease, errors.LEASE_LOST)


def _ended(row: Evaluation, state: WorkState, *, heard_of: bool = False) -> Evaluation:
    row.state = state
    row.lease = ""
    row.live_curve = []
    row.finished_at = ended_now(row.created_at)
    # Not what never changes: the protocol is the largest part of the row.
    if heard_of:
        statements.update(row, (*OUTCOME, "device", "train_seconds"), clock=("heartbeat_at",))
    else:
        statements.update(row, OUTCOME)
    how = {"fitness": row.fitness} if state == WorkState.DONE else {"code": row.reason_code}
    log_evaluation(row, worker=row.worker, attempt=row.attempts, seconds=round(row.train_seconds, 3), **how)
    return row
