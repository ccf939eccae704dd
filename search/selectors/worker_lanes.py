"""Workers in time: who trained what when, and why a worker did nothing in between."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from django.core.cache import cache

from search.database.clock import database_now
from search.models import (
    AttemptOutcome,
    EndedAttempt,
    Evaluation,
    FitnessRecord,
    Individual,
    Worker,
    WorkState,
)
from search.selectors.workers import ALIVE

MOST = 800
"""Trainings of one picture, the latest: beyond, none could be told from its neighbour."""
MOST_ROWS = 8
"""Trainings side by side in one lane."""
SHORT = 0.004
"""Share of the window below which a gap is no gap: between two trainings there is always a moment."""

KEPT_SECONDS = 4
TIMED = 50
"""Ended trainings whose median tells how long the next one takes."""


@dataclass(frozen=True)
class Training:
    """One repeat that was trained, one that is in training, or an attempt that did not end well."""

    evaluation: int
    began: datetime
    ended: datetime
    state: str
    """`done`, `running`, or how the attempt ended."""
    waited: float | None
    """Seconds from when it was asked for until a worker took it; None where it was taken more than once."""
    device: str
    experiment: int | None = None
    """The latest that asked for it, with the individual's step."""
    step: int | None = None
    reason: str = ""

    @property
    def seconds(self) -> float:
        return (self.ended - self.began).total_seconds()


@dataclass(frozen=True)
class Gap:
    """A stretch in which a worker trained nothing."""

    began: datetime
    ended: datetime
    reason: str
    is_idle: bool
    """It was there, and work was or was not; False: it was not there."""

    @property
    def length(self) -> float:
        """Seconds."""
        return (self.ended - self.began).total_seconds()


@dataclass(frozen=True)
class Lane:
    """One worker: its trainings side by side as far as they overlap."""

    worker: str
    rows: list[list[Training]]
    gaps: list[Gap]
    busy: float
    """Share of the time that it was there, in which it trained something."""
    offers: str


@dataclass(frozen=True)
class Lanes:
    since: datetime
    until: datetime
    lanes: list[Lane]
    left_out: bool
    """More was trained in the window than is shown."""
    experiments: list[int]
    """Of the trainings, the one with most of them first."""


NOTHING_WAITED = "nothing waited for it"
WORK_WAITED = (
    "work waited that it did not take: it was still loading, or the work needs what it does not offer"
)
NOT_STARTED = "it had not started"
STOPPED = "it was stopped"
SILENT = "it went silent"


def worker_lanes(window: timedelta) -> Lanes:
    """The workers seen in the time up to now, with what they trained; kept for a moment, for all who watch."""
    key = f"worker-lanes:{window.total_seconds():.0f}"
    found: Lanes | None = cache.get(key)
    if found is None:
        found = read_worker_lanes(window)
        cache.set(key, found, KEPT_SECONDS)
    return found


def read_worker_lanes(window: timedelta) -> Lanes:
    """The same as it is at this moment."""
    until = database_now()
    since = until - window
    workers = list(Worker.objects.filter(seen_at__gte=since, processes__gt=0).order_by("name"))
    trainings, left_out = _trainings(since, until)
    by_worker: dict[str, list[Training]] = defaultdict(list)
    for name, training in trainings:
        by_worker[name].append(training)
    waits = [
        (each.began - timedelta(seconds=each.waited), each.began) for _, each in trainings if each.waited
    ]
    waits += [(created, until) for created in _still_waiting()]
    waits.sort()
    present = {row.name: row for row in workers}
    lanes = [
        _lane(
            name,
            present.get(name),
            sorted(by_worker[name], key=lambda each: each.began),
            waits,
            (since, until),
        )
        for name in sorted({*present, *by_worker})
    ]
    counts: dict[int, int] = defaultdict(int)
    for _, each in trainings:
        if each.experiment is not None:
            counts[each.experiment] += 1
    return Lanes(since, until, lanes, left_out, sorted(counts, key=lambda key: (-counts[key], key)))


def usual_seconds() -> float | None:
    """What a training usually takes here: the median of the latest; None before the first."""
    rows = FitnessRecord.objects.order_by("-pk").values_list("seconds", flat=True)[:TIMED]
    return median(rows) if rows else None


def _trainings(since: datetime, until: datetime) -> tuple[list[tuple[str, Training]], bool]:
    """(worker, training)."""
    records = _records(since)
    found = [*records, *_ended(since), *_running(until)]
    owners = _owners([training.evaluation for _, training in found])
    known = [(worker, _owned(training, owners)) for worker, training in found if worker]
    return known, len(records) == MOST


def _owned(training: Training, owners: Mapping[int, tuple[int, int]]) -> Training:
    experiment, step = owners.get(training.evaluation, (None, None))
    return replace(training, experiment=experiment, step=step)


def _records(since: datetime) -> list[tuple[str, Training]]:
    """By number, which has an index and rises with time."""
    fields = ("worker", "evaluation", "created_at", "seconds", "device", "repeat", "attempt")
    rows = FitnessRecord.objects.order_by("-pk").values_list(*fields, "evaluation__created_at")[:MOST]
    found = []
    for worker, evaluation, ended, seconds, device, repeat, attempt, asked in rows:
        if ended >= since:
            began = ended - timedelta(seconds=seconds)
            waited = _waited(asked, began) if repeat == 0 and attempt <= 1 else None
            found.append((worker, Training(evaluation, began, ended, "done", waited, device)))
    return found


def _ended(since: datetime) -> list[tuple[str, Training]]:
    """Attempts that did not finish."""
    fields = ("worker", "evaluation", "started_at", "ended_at", "outcome", "device", "reason")
    rows = EndedAttempt.objects.order_by("-pk").values_list(*fields)[: MOST // 4]
    return [
        (
            worker,
            Training(
                evaluation,
                began,
                ended,
                "failed" if outcome == AttemptOutcome.FAILED else "lost",
                None,
                device,
                reason=reason,
            ),
        )
        for worker, evaluation, began, ended, outcome, device, reason in rows
        if began is not None and ended >= since
    ]


def _running(until: datetime) -> list[tuple[str, Training]]:
    rows = Evaluation.objects.filter(state=WorkState.RUNNING).exclude(claimed_at=None)
    fields = ("worker", "pk", "claimed_at", "created_at", "attempts", "device")
    return [
        (
            worker,
            Training(key, began, until, "running", _waited(asked, began) if attempts <= 1 else None, device),
        )
        for worker, key, began, asked, attempts, device in rows.values_list(*fields)
    ]


def _waited(asked: datetime, began: datetime) -> float:
    return max(0.0, (began - asked).total_seconds())


def _owners(evaluations: list[int]) -> dict[int, tuple[int, int]]:
    """Evaluation -> (experiment, step) of the latest individual that asked for it."""
    rows = Individual.objects.filter(evaluation__in=evaluations).order_by("pk")  # the last one stays
    return {
        key: (experiment, step)
        for key, experiment, step in rows.values_list("evaluation", "experiment", "step")
    }


def _still_waiting() -> list[datetime]:
    rows = Evaluation.objects.filter(state=WorkState.WAITING).order_by("pk")
    return list(rows.values_list("created_at", flat=True)[:50])


def _lane(
    name: str,
    worker: Worker | None,
    trainings: Sequence[Training],
    waits: Sequence[tuple[datetime, datetime]],
    window: tuple[datetime, datetime],
) -> Lane:
    rows: list[list[Training]] = []
    for training in trainings:
        free = next((row for row in rows if row[-1].ended <= training.began), None)
        if free is None and len(rows) < MOST_ROWS:
            rows.append([training])
        else:  # more at once than a picture has room for: over another
            (free or rows[-1]).append(training)
    gaps = _gaps(worker, trainings, waits, window)
    away = sum(gap.length for gap in gaps if not gap.is_idle)
    idle = sum(gap.length for gap in gaps if gap.is_idle)
    there = (window[1] - window[0]).total_seconds() - away
    return Lane(name, rows, gaps, 1 - idle / there if there > 0 else 0.0, worker.offers if worker else "")


def _gaps(
    worker: Worker | None,
    trainings: Sequence[Training],
    waits: Sequence[tuple[datetime, datetime]],
    window: tuple[datetime, datetime],
) -> list[Gap]:
    since, until = window
    edges, reached = [], since
    for training in trainings:
        if training.began > reached:
            edges.append((reached, training.began))
        reached = max(reached, training.ended)
    edges.append((reached, until))
    least = SHORT * (until - since)
    gaps = []
    for began, ended in edges:
        for part in _by_presence(worker, began, ended):
            if part.ended - part.began > least:
                gaps.append(part if part.reason else _idle(part, waits))
    return gaps


def _by_presence(worker: Worker | None, began: datetime, ended: datetime) -> list[Gap]:
    """Before it started, while it was there (no reason yet), after it left."""
    if worker is None:
        return [Gap(began, ended, SILENT, is_idle=False)]
    left = worker.stopped_at or (worker.seen_at if ended - worker.seen_at > ALIVE else ended)
    away = STOPPED if worker.stopped_at else SILENT
    start, stop = min(max(worker.started_at, began), ended), max(min(left, ended), began)
    parts = [Gap(began, start, NOT_STARTED, is_idle=False), Gap(start, max(start, stop), "", is_idle=True)]
    return [*parts, Gap(max(start, stop), ended, away, is_idle=False)]


def _idle(gap: Gap, waits: Sequence[tuple[datetime, datetime]]) -> Gap:
    """Whether something waited for more than half of it; `waits` in the order of their beginnings."""
    covered, reached = timedelta(), gap.began
    for began, ended in waits:
        begin, end = max(began, reached), min(ended, gap.ended)
        if end > begin:
            covered += end - begin
            reached = end
    waited = covered > (gap.ended - gap.began) / 2
    return Gap(gap.began, gap.ended, WORK_WAITED if waited else NOTHING_WAITED, is_idle=True)
