"""Monitoring figures: counts of work, totals and workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Sum
from django.db.models.functions import Now

from search.models import (
    Evaluation,
    Experiment,
    ExperimentState,
    FitnessRecord,
    Individual,
    Worker,
    WorkState,
)
from search.selectors.workers import ALIVE

ENDED = (WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED)
REMEMBERED = timedelta(hours=1)
"""A worker that went silent is told of for so long: what alarms must be seen, what is history must not pile up."""
RECENT_RECORDS = 500


@dataclass(frozen=True)
class WorkCounts:
    """Evaluations as they stand. Ages in seconds by the database's clock, 0 where there is none."""

    waiting: int
    """That a running experiment needs."""
    held: int
    """That wait because no experiment that needs them is running."""
    running: int
    oldest_waiting_seconds: float
    """Since the one that waits longest was first asked for; held ones do not count."""
    oldest_heartbeat_seconds: float
    """Since the last sign of life of the training that is silent for longest."""
    ended: Mapping[str, int]
    """State -> evaluations."""
    failures: Mapping[str, int]
    """Reason -> failed evaluations."""


@dataclass(frozen=True)
class Totals:
    """Over all experiments that are kept."""

    experiments: Mapping[str, int]
    """State -> experiments."""
    proposed: int
    evaluated: int
    failed: int
    shared: int
    train_seconds: float


@dataclass(frozen=True)
class WorkerStatus:
    """One worker that has not said goodbye."""

    name: str
    device: str
    """Where its last repeat was trained; what it was told to use while it has trained none lately."""
    processes: int
    silent_seconds: float
    alive: bool


def work() -> WorkCounts:
    needed = Individual.objects.filter(
        evaluation=OuterRef("pk"), state__in=Individual.OPEN, experiment__state=ExperimentState.RUNNING
    )
    waiting = Evaluation.objects.filter(state=WorkState.WAITING).annotate(needed=Exists(needed))
    queue = waiting.aggregate(
        waiting=Count("pk", filter=Q(needed=True)),
        held=Count("pk", filter=Q(needed=False)),
        oldest=Min("created_at", filter=Q(needed=True)),
        now=Max(Now()),
    )
    running = Evaluation.objects.filter(state=WorkState.RUNNING).aggregate(
        count=Count("pk"), oldest=Min("heartbeat_at"), now=Max(Now())
    )
    rows = Evaluation.objects.filter(state__in=ENDED).values_list("state", "reason_code")
    ended = dict.fromkeys((state.value for state in ENDED), 0)
    failures: dict[str, int] = {}
    for state, reason, count in rows.order_by("state", "reason_code").annotate(count=Count("pk")):
        ended[state] += count
        if state == WorkState.FAILED:
            failures[reason or "unknown"] = count
    return WorkCounts(
        waiting=queue["waiting"],
        held=queue["held"],
        running=running["count"],
        oldest_waiting_seconds=_age(queue["now"], queue["oldest"]),
        oldest_heartbeat_seconds=_age(running["now"], running["oldest"]),
        ended=ended,
        failures=failures,
    )


def totals() -> Totals:
    rows = Experiment.objects.order_by("state").values_list("state")
    states = dict.fromkeys(ExperimentState.values, 0)
    sums = [0.0] * 5
    columns = (Sum("proposed"), Sum("evaluated"), Sum("failed"), Sum("shared"), Sum("train_seconds"))
    for state, count, *counters in rows.annotate(Count("pk"), *columns):
        states[state] = count
        sums = [one + more for one, more in zip(sums, counters, strict=True)]
    proposed, evaluated, failed, shared = (int(number) for number in sums[:4])
    return Totals(states, proposed, evaluated, failed, shared, train_seconds=sums[4])


def watched_workers() -> Sequence[WorkerStatus]:
    recent = FitnessRecord.objects.order_by("-pk").values_list("worker", "device")[:RECENT_RECORDS]
    trained_on: dict[str, str] = {}
    for name, device in recent:
        trained_on.setdefault(name, device)
    rows = Worker.objects.filter(stopped_at=None, seen_at__gte=Now() - REMEMBERED).order_by("name")
    return [
        WorkerStatus(
            name=row.name,
            device=trained_on.get(row.name) or row.device,
            processes=row.processes,
            silent_seconds=_age(now, row.seen_at),
            alive=now - row.seen_at <= ALIVE,
        )
        for row, now in ((row, row.now) for row in rows.annotate(now=Now()))
    ]


def _age(now: datetime | None, then: datetime | None) -> float:
    return max(0.0, (now - then).total_seconds()) if now and then else 0.0
