"""Database consistency audit of learned strategies: what a model has learned from, its drafts, who proposed what."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from search.models import Draft, ExperimentState, Individual, StrategyState
from search.selectors.audit_rules import GRACE_SECONDS, Violation

MOST_NAMED = 5


def learning_violations() -> Iterator[Violation]:
    yield from _models()
    yield from _drafts()
    yield from _forgotten()


def _models() -> Iterator[Violation]:
    """A model has learned from what is evaluated, and each of its versions once."""
    for row in StrategyState.objects.select_related("experiment"):
        where, population = f"experiment {row.experiment_id}", row.experiment.population
        wanted = row.wanted_until if row.wanted_until is not None else population
        if not row.observed_until <= wanted <= population:
            text = f"its model has learned from {row.observed_until} and is to learn from {wanted} of {population}"
            yield Violation("learned", where, text)
        versions = [int(found.get("version", 0)) for found in row.history]
        if versions != sorted(set(versions)) or (versions and versions[-1] != row.version):
            yield Violation(
                "learned", where, f"its model is of version {row.version}, recorded are {versions[-5:]}"
            )


def _drafts() -> Iterator[Violation]:
    """A draft, taken or not, is of a version that was made."""
    made = StrategyState.objects.filter(experiment=OuterRef("experiment"), version__gte=OuterRef("version"))
    for draft in Draft.objects.filter(~Exists(made))[:MOST_NAMED]:
        text = f"is of version {draft.version}, which its model has not reached"
        yield Violation("learned", f"experiment {draft.experiment_id} draft {draft.pk}", text)
    taken = StrategyState.objects.filter(
        experiment=OuterRef("experiment"), version__gte=OuterRef("strategy_version")
    )
    wrong = Individual.objects.filter(Q(strategy_version__isnull=False), ~Exists(taken) | ~Q(origin="draft"))
    for row in wrong[:MOST_NAMED]:
        text = f"{row.origin} is of version {row.strategy_version}, which its model has not reached or not proposed"
        yield Violation("learned", f"individual {row}", text)
    for row in Individual.objects.filter(origin="draft", strategy_version=None)[:MOST_NAMED]:
        yield Violation("learned", f"individual {row}", "was a draft of no version")


def _forgotten() -> Iterator[Violation]:
    """Models that are asked for and that nobody would come back to."""
    late = Now() - timedelta(seconds=settings.LEASE_SECONDS + 2 * settings.SWEEP_SECONDS + GRACE_SECONDS)
    wanted = StrategyState.objects.filter(
        wanted_until__isnull=False, experiment__state=ExperimentState.RUNNING
    )
    silent = wanted.exclude(lease="").filter(Q(heartbeat_at__lt=late) | Q(heartbeat_at=None))
    unsent = wanted.filter(lease="", sent_at__lt=late)
    for row in (silent | unsent).annotate(since=F("sent_at")):
        text = f"its model waits, last sent {row.since}: does a clock ask for sweeps?"
        yield Violation("explained", f"experiment {row.experiment_id}", text)
