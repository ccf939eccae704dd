"""Claim of learning for an experiment, with compare-and-set on the model version."""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from search.database import statements
from search.database.clock import database_now
from search.evolution.genotypes.genotype import Genotype
from search.models import Draft, ExperimentState, StrategyState
from search.services import errors
from search.services.locking import lock_experiment
from search.services.state_log import log_experiment

MOST_ATTEMPTS = 3
MOST_HISTORY = 1000
"""Versions whose numbers are kept; beyond, every other of the older ones goes."""
LOST = "the model of experiment {key} was taken from {worker}: what it has learned is dropped"


@dataclass(frozen=True)
class LearningClaim:
    """The right of one attempt to make one version of a model from the one before."""

    experiment_id: int
    lease: str
    worker: str
    version: int
    """That is there; the attempt makes the next one."""
    content: bytes | None
    """None: nothing was learned yet."""
    observed_until: int
    wanted_until: int
    """Learn from the completions between the two."""


def claim_learning(*, experiment_id: int, worker: str) -> LearningClaim | None:
    """Take the model of a running experiment that wants to learn; None to whoever comes too late."""
    lease = str(uuid.uuid4())
    if not statements.change(_CLAIM.format(now=statements.now()), [lease, worker, experiment_id]):
        return None
    row = StrategyState.objects.filter(experiment=experiment_id, lease=lease).first()
    if row is None or row.wanted_until is None:
        return None
    content = base64.b64decode(row.content) if row.content else None
    return LearningClaim(
        experiment_id, lease, worker, row.version, content, row.observed_until, row.wanted_until
    )


_CLAIM = """
UPDATE search_strategystate SET lease = %s, worker = %s, heartbeat_at = {now}, attempts = attempts + 1
WHERE experiment_id = %s AND wanted_until IS NOT NULL AND lease = '' AND EXISTS (
  SELECT 1 FROM search_experiment x WHERE x.id = experiment_id AND x.state = 'running'
)
"""


def heartbeat_learning(*, claim: LearningClaim) -> bool:
    """Whether the claim still holds and anybody needs what is learned."""
    held = StrategyState.objects.filter(
        experiment=claim.experiment_id, lease=claim.lease, experiment__state=ExperimentState.RUNNING
    )
    return bool(held.update(heartbeat_at=Now()))


@dataclass(frozen=True)
class Learned:
    """What one attempt brings back."""

    content: bytes
    drafts: Sequence[tuple[Genotype, str]]
    """Genotype and why it is proposed, the best first."""
    report: dict[str, Any]
    numbers: dict[str, float]
    """Of this version, for the history."""
    seconds: float


@transaction.atomic
def record_learning(*, claim: LearningClaim, learned: Learned) -> None:
    """The next version and its drafts, both or neither. Raises LeaseLost where somebody else has made it."""
    row = StrategyState.objects.select_for_update(no_key=True).filter(experiment=claim.experiment_id).first()
    if row is None or row.lease != claim.lease or row.version != claim.version:
        raise errors.LeaseLost(LOST.format(key=claim.experiment_id, worker=claim.worker))
    row.version += 1
    row.content = base64.b64encode(learned.content).decode()
    row.observed_until = claim.wanted_until
    row.report = learned.report
    row.history = _thinned([*row.history, {"version": row.version, **learned.numbers}])
    row.seconds += learned.seconds
    row.wanted_until = row.wanted_at = row.sent_at = row.heartbeat_at = None
    row.lease = row.reason = ""
    row.attempts = 0
    row.save()
    Draft.objects.bulk_create(
        [
            Draft(
                experiment_id=claim.experiment_id, version=row.version, genotype=genotype.to_json(), why=why
            )
            for genotype, why in learned.drafts
        ]
    )


def _thinned(history: list[dict[str, float]]) -> list[dict[str, float]]:
    if len(history) <= MOST_HISTORY:
        return history
    half = len(history) // 2
    return [*history[:half:2], *history[half:]]


def release_learning(*, claim: LearningClaim, reason: str = "", counts: bool = True) -> None:
    """The want stays, for another attempt; one that was only told to stop does not count."""
    held = StrategyState.objects.filter(experiment=claim.experiment_id, lease=claim.lease)
    attempts = F("attempts") if counts else F("attempts") - 1
    held.update(lease="", sent_at=None, heartbeat_at=None, reason=reason, attempts=attempts)


def give_up_learning(*, claim: LearningClaim, reason: str) -> None:
    """Another attempt is made, or after the last one the experiment fails with the reason and can be resumed."""
    release_learning(claim=claim, reason=reason)
    _fail_hopeless(StrategyState.objects.filter(experiment=claim.experiment_id))


def _fail_hopeless(rows: "QuerySet[StrategyState]") -> None:
    """Experiments whose model came to nothing so often. Once resumed, it is asked for anew."""
    for row in rows.filter(wanted_until__isnull=False, lease="", attempts__gte=MOST_ATTEMPTS):
        with transaction.atomic():
            experiment = lock_experiment(row.experiment_id)
            StrategyState.objects.filter(pk=row.pk, lease="").update(wanted_until=None, attempts=0)
            if experiment.state != ExperimentState.RUNNING:
                continue
            experiment.state = ExperimentState.FAILED
            experiment.reason = FAILED.format(times=row.attempts, reason=row.reason)
            experiment.finished_at = database_now()
            experiment.save(update_fields=["state", "reason", "finished_at"])
        log_experiment(experiment)


FAILED = "The strategy's model failed to learn {times} times: {reason}"


def take_unsent_learning(*, experiment_id: int) -> bool:
    """Whether a message for this experiment's model must be sent now; then it counts as sent."""
    unsent = StrategyState.objects.filter(
        experiment=experiment_id, wanted_until__isnull=False, lease="", sent_at=None
    )
    return bool(unsent.filter(experiment__state=ExperimentState.RUNNING).update(sent_at=Now()))


def overdue_learning() -> list[int]:
    """Experiments whose model nobody makes: the worker went silent, or died with the message before it had claimed
    anything. They count as sent now."""
    silent = settings.LEASE_SECONDS
    # A doubled message is dropped by the claim, and a lost one keeps the search waiting for drafts, or draws at random:
    # it is sent again as soon as a worker that died with it would have been given up, not as late as an evaluation is.
    unheard = min(silent, settings.RESEND_SECONDS)
    taken = StrategyState.objects.exclude(lease="").filter(heartbeat_at__lt=Now() - timedelta(seconds=silent))
    taken.update(lease="", sent_at=None, heartbeat_at=None, reason=WENT_SILENT.format(seconds=silent))
    _fail_hopeless(StrategyState.objects.all())
    waiting = StrategyState.objects.filter(wanted_until__isnull=False, lease="")
    late = waiting.filter(Q(sent_at=None) | Q(sent_at__lt=Now() - timedelta(seconds=unheard)))
    ids = list(late.filter(experiment__state=ExperimentState.RUNNING).values_list("experiment_id", flat=True))
    StrategyState.objects.filter(experiment__in=ids).update(sent_at=Now())
    return sorted(ids)


WENT_SILENT = "The worker that learned gave no sign of life for {seconds:g} s."
