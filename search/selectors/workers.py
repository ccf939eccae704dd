"""Who is there, doing what since when; and every evaluation that waits, runs or failed, with its reason and age."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from search.models import Evaluation, ExperimentState, FitnessRecord, Individual, Worker, WorkState

ALIVE = timedelta(seconds=35)
"""Three reports missed: the worker is taken for gone."""
SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class Presence:
    """One worker as it stands."""

    worker: Worker
    alive: bool
    device: str
    """Where its last repeat was trained; what it was told to use while it has trained none."""
    doing: Sequence[Evaluation]


@dataclass(frozen=True)
class WorkCounts:
    """How many evaluations are in each state that wants attention."""

    running: int
    waiting: int
    failed: int
    oldest_waiting: datetime | None


def workers() -> list[Presence]:
    """Every worker seen within a week, the living first."""
    now = timezone.now()
    rows = list(Worker.objects.filter(seen_at__gte=now - SHOWN))
    doing: dict[str, list[Evaluation]] = {}
    for evaluation in (
        Evaluation.objects.filter(state=WorkState.RUNNING).select_related("genotype").order_by("claimed_at")
    ):
        doing.setdefault(evaluation.worker, []).append(evaluation)
    found = [
        Presence(
            row,
            row.stopped_at is None and row.seen_at >= now - ALIVE,
            _last_device(row.name) or row.device,
            doing.get(row.name, []),
        )
        for row in rows
    ]
    return sorted(found, key=lambda presence: (not presence.alive, presence.worker.name))


def newest_sign_of_life() -> timedelta | None:
    """How old the newest report of a worker is that trains and has not said goodbye, by the database's clock."""
    training = Worker.objects.filter(stopped_at=None, processes__gt=0)
    rows = training.order_by("-seen_at").annotate(now=Now())
    newest = rows.values_list("now", "seen_at").first()
    return newest[0] - newest[1] if newest else None


def _last_device(name: str) -> str:
    newest = FitnessRecord.objects.filter(worker=name).order_by("-pk").values_list("device", flat=True)
    return newest.first() or ""


def work_counts() -> WorkCounts:
    rows = Evaluation.objects.aggregate(
        running=Count("pk", filter=Q(state=WorkState.RUNNING)),
        waiting=Count("pk", filter=Q(state=WorkState.WAITING)),
        failed=Count("pk", filter=Q(state=WorkState.FAILED)),
        oldest=Min("created_at", filter=Q(state=WorkState.WAITING)),
    )
    return WorkCounts(rows["running"], rows["waiting"], rows["failed"], rows["oldest"])


def evaluations_in(state: str) -> QuerySet[Evaluation]:
    """Evaluations in a state; waiting ones in the order of the queue, the others newest first."""
    rows = Evaluation.objects.filter(state=state).select_related("genotype")
    return rows.order_by("pk" if state == WorkState.WAITING else "-pk")


def needed_by(rows: Sequence[Evaluation]) -> dict[int, list[Individual]]:
    """Evaluation id -> the individuals that wait for it or had it, the first of each experiment."""
    found: dict[int, list[Individual]] = {}
    individuals = (
        Individual.objects.filter(evaluation__in=rows).select_related("experiment").order_by("pk")[:2000]
    )
    for individual in individuals:
        mine = found.setdefault(individual.evaluation_id, [])
        if individual.experiment_id not in {other.experiment_id for other in mine}:
            mine.append(individual)
    return found


def why_waiting(evaluation: Evaluation, ahead: int, training: int, needed: Sequence[Individual]) -> str:
    """The reason a person wants to read: each waiting evaluation has one. `training`: living workers that train."""
    if needed and all(row.experiment.state != ExperimentState.RUNNING for row in needed):
        states = sorted({row.experiment.state for row in needed})
        return f"its experiment is {' or '.join(states)}"
    if training == 0:
        return "no worker is there; start one"
    if evaluation.reason:
        return evaluation.reason
    return f"{ahead} ahead of it" if ahead else "next in the queue"
