"""Reads of workers, and of waiting, running and failed evaluations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Now

from search.database.clock import database_now
from search.evolution.experiments.resources import Offer, read_offer, tags_of, written
from search.models import (
    Evaluation,
    ExperimentState,
    FinalEvaluation,
    FitnessRecord,
    Individual,
    Sweep,
    Worker,
    WorkState,
)

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
    finished: int
    """Evaluations that it brought to an end, done or failed."""
    finals: Sequence[FinalEvaluation] = ()
    """Final evaluations that it trains."""


@dataclass(frozen=True)
class WorkCounts:
    """How many evaluations are in each state that wants attention."""

    running: int
    waiting: int
    failed: int
    oldest_waiting: datetime | None


def workers() -> list[Presence]:
    """Every worker seen within a week, the living first."""
    now = database_now()
    rows = list(Worker.objects.filter(seen_at__gte=now - SHOWN))
    doing: dict[str, list[Evaluation]] = {}
    for evaluation in (
        Evaluation.objects.filter(state=WorkState.RUNNING).select_related("genotype").order_by("claimed_at")
    ):
        doing.setdefault(evaluation.worker, []).append(evaluation)
    finals: dict[str, list[FinalEvaluation]] = {}
    for final in finals_in(WorkState.RUNNING):
        finals.setdefault(final.worker, []).append(final)
    ended = Evaluation.objects.filter(
        worker__in=[row.name for row in rows], state__in=(WorkState.DONE, WorkState.FAILED)
    )
    finished = dict(ended.order_by().values_list("worker").annotate(count=Count("pk")))
    found = [
        Presence(
            row,
            row.stopped_at is None and row.seen_at >= now - ALIVE,
            _last_device(row.name) or row.device,
            doing.get(row.name, []),
            finished.get(row.name, 0),
            finals.get(row.name, []),
        )
        for row in rows
    ]
    return sorted(found, key=lambda presence: (not presence.alive, presence.worker.name))


def training_processes() -> int:
    """Trainings that the living workers run at once; 0 where none is there."""
    living = Worker.objects.filter(stopped_at=None, seen_at__gte=Now() - ALIVE)
    return living.aggregate(most=Sum("processes"))["most"] or 0


def is_training() -> bool:
    """Whether any network is in training anywhere."""
    return (
        Evaluation.objects.filter(state=WorkState.RUNNING).exists() or finals_in(WorkState.RUNNING).exists()
    )


def newest_sign_of_life() -> timedelta | None:
    """How old the newest report of a worker is that trains and has not said goodbye, by the database's clock."""
    training = Worker.objects.filter(stopped_at=None, processes__gt=0)
    rows = training.order_by("-seen_at").annotate(now=Now())
    newest = rows.values_list("now", "seen_at").first()
    return newest[0] - newest[1] if newest else None


def _last_device(name: str) -> str:
    newest = FitnessRecord.objects.filter(worker=name).order_by("-pk").values_list("device", flat=True)
    return newest.first() or ""


def since_last_sweep() -> timedelta | None:
    """How long ago the last sweep ended, by the database's clock; None before the first."""
    row = Sweep.objects.annotate(now=Now()).first()
    return None if row is None else row.now - row.ended_at


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


def finals_in(state: str) -> QuerySet[FinalEvaluation]:
    """Final evaluations in a state, in the order of `evaluations_in`."""
    rows = FinalEvaluation.objects.filter(state=state).select_related("genotype").defer("live_curve", "log")
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


def needs_in_demand() -> list[tuple[str, int]]:
    """What waiting evaluations need beyond any worker: (tags as the column holds them, GiB)."""
    rows = Evaluation.objects.filter(~Q(needs="") | Q(memory_gib__gt=0), state=WorkState.WAITING)
    return list(rows.order_by().values_list("needs", "memory_gib").distinct())


def offers_of(present: Sequence[Presence]) -> list[Offer]:
    """Of the living workers that train."""
    return [read_offer(row.worker.offers) for row in present if row.alive and row.worker.processes]


NOBODY_OFFERS = "it needs {needs}, which no worker that is there offers"


def why_waiting(
    evaluation: Evaluation, ahead: int, offers: Sequence[Offer], needed: Sequence[Individual]
) -> str:
    """The reason a person wants to read: each waiting evaluation has one. `offers`: of living workers that train."""
    if needed and all(row.experiment.state != ExperimentState.RUNNING for row in needed):
        states = sorted({row.experiment.state for row in needed})
        return f"its experiment is {' or '.join(states)}"
    if not offers:
        return "no worker is there; start one"
    tags, memory_gib = tags_of(evaluation.needs), evaluation.memory_gib
    if not any(offer.meets(tags, memory_gib) for offer in offers):
        return NOBODY_OFFERS.format(needs=written(tags, memory_gib))
    if evaluation.reason:
        return evaluation.reason
    return f"{ahead} ahead of it" if ahead else "next in the queue"
