"""Rounds of two searches each, with faults from a seeded schedule, and an audit after each round."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import redis
from django.db import InterfaceError, OperationalError, connection

from search.models import Evaluation, Experiment
from search.selectors.consistency_audit import Violation, violations
from tests.faults import audit
from tests.faults.kinds import BY_NAME, FAULTS, Fault
from tests.faults.ledger import Twice, all_violations
from tests.faults.play import Outcome, Pending, Play
from tests.faults.searches import INSTANT_INDIVIDUALS, begin_instant, begin_real, write_data_set
from tests.faults.stage import Stage
from tests.faults.trainers import read_diary

BROKEN = (OSError, psycopg2.Error, redis.RedisError)
AWAY = (OperationalError, InterfaceError)
STALL_SECONDS = 240.0
"""Without any progress for so long, a search does not reach its budget."""
MOST_AGAIN = 5
"""A fault that missed its point is injected again, so often for each kind."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Orders:
    """What is asked of a run."""

    seed: int
    faults: int
    minutes: float
    """After so long no further round begins."""
    pause_seconds: float = 0.5
    """Mean time between two faults."""
    only: tuple[str, ...] = ()
    """Kinds to draw from; empty: all."""
    individuals: int = INSTANT_INDIVIDUALS
    """Of the search of milliseconds in the first round."""
    later_individuals: int = INSTANT_INDIVIDUALS
    """The same in rounds after the first."""


@dataclass
class Report:
    seed: int
    injected: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    individuals: int = 0
    repeats: int = 0
    leases_expired: int = 0
    handed_back: int = 0
    twice_after_expiry: int = 0
    ended_by_themselves: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "injected": dict(self.injected), "hit": dict(self.hit)}


def schedule(orders: Orders) -> list[str]:
    """The kinds in their order: every kind once before any is drawn by its weight."""
    rng = random.Random(f"schedule {orders.seed}")
    kinds = [fault for fault in FAULTS if not orders.only or fault.name in orders.only]
    names = [fault.name for fault in kinds]
    rng.shuffle(names)
    further = rng.choices(kinds, [fault.weight for fault in kinds], k=max(0, orders.faults - len(names)))
    return [*names, *(fault.name for fault in further)][: orders.faults]


class Director:
    """Plays a schedule on a stage."""

    def __init__(self, stage: Stage, orders: Orders, say: Say) -> None:
        self.stage, self.orders, self.say = stage, orders, say
        self.play = Play(stage, random.Random(orders.seed))
        self.report = Report(orders.seed)
        self.left = schedule(orders)
        self.pending: list[tuple[str, Pending]] = []
        self._again: Counter[str] = Counter()
        self._due = 0.0

    def run(self) -> Report:
        began = time.monotonic()
        write_data_set(Path(self.stage.environment["NASWEB_DATA_DIR"]))
        audit.install()
        for part in self.stage.programs:
            part.start()
        while self.left and not self.report.violations:
            if self.report.rounds and time.monotonic() - began > 60 * self.orders.minutes:
                break
            self._round()
        self.report.seconds = time.monotonic() - began
        for part in self.stage.parts:
            if part.deaths:
                self.report.ended_by_themselves[part.name] = part.deaths
        return self.report

    def _round(self) -> None:
        seed = 1000 * self.orders.seed + self.report.rounds
        later = self.report.rounds > 0
        size = self.orders.later_individuals if later else self.orders.individuals
        self.play.instant = begin_instant(seed, size).pk
        self.play.real = begin_real(seed).pk
        self.play.experiments = [self.play.instant, self.play.real]
        self.report.rounds += 1
        watch = _Progress()
        while not self._over():
            self._tick()
            if stalled := watch.stalled():
                self.report.violations.append(f"budget: no progress for {STALL_SECONDS:g} s: {stalled}")
                return
            time.sleep(0.02)
        self._settle()
        self._check()

    def _tick(self) -> None:
        """A moment: keep everything running, look at what is new, and inject what is due."""
        self.stage.keep()
        try:
            self.play.ledger.watch()
            self._ask_pending()
            if self.left and time.monotonic() >= self._due:
                self._inject(BY_NAME[self.left.pop(0)])
                self._due = time.monotonic() + self.play.rng.expovariate(1 / self.orders.pause_seconds)
        except AWAY:
            connection.close()

    def _inject(self, fault: Fault) -> None:
        self.report.injected[fault.name] += 1
        try:
            outcome = fault.inject(self.play)
        except (*AWAY, *BROKEN):  # another fault has just taken away what it needs
            connection.close()
            outcome = "missed"
        if callable(outcome):
            self.pending.append((fault.name, outcome))
        else:
            self._count(fault.name, outcome)

    def _ask_pending(self) -> None:
        for entry in list(self.pending):
            name, ask = entry
            try:
                outcome = ask()
            except BROKEN:
                continue
            if outcome is not None:
                self.pending.remove(entry)
                self._count(name, outcome)

    def _count(self, name: str, outcome: Outcome) -> None:
        self.report.hit[name] += outcome == "hit"
        if outcome == "missed" and self._again[name] < MOST_AGAIN:
            self._again[name] += 1
            self.left.append(name)
        done = self.report.injected.total()
        self.say(f"{done:5} {name}: {outcome}")

    def _over(self) -> bool:
        try:
            rows = Experiment.objects.filter(pk__in=self.play.experiments)
            return not rows.exclude(state="finished").exists()
        except AWAY:
            connection.close()
            return False

    def _settle(self) -> None:
        """Let what was begun come to its end: thaw what is frozen, deliver what is late."""
        deadline = time.monotonic() + 90
        while self.pending and time.monotonic() < deadline:
            self._tick_quietly()
        for thread in self.play.threads:
            thread.join(60)
        self.play.threads.clear()
        while not self.stage.postgresql.alive or not self._answers():
            self.stage.keep()
            time.sleep(0.1)

    def _tick_quietly(self) -> None:
        self.stage.keep()
        try:
            self._ask_pending()
        except AWAY:
            connection.close()
        time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            self.play.ledger.watch()
        except AWAY:
            connection.close()
            return False
        return True

    def _check(self) -> None:
        diary = read_diary(self.stage.diary)
        more, twice = all_violations(self.play.ledger, diary)
        found = [*violations(), *more, *self._reached()]
        self.report.violations += [str(violation) for violation in found]
        self._sum_up(twice)
        self.say(
            f"round {self.report.rounds}: {len(found)} violations, {self.report.individuals} individuals so far"
        )

    def _reached(self) -> Sequence[Violation]:
        return [
            Violation(
                "budget", f"experiment {row.pk}", f"ended {row.state} after {row.evaluated} + {row.failed}"
            )
            for row in Experiment.objects.all()
            if row.state != "finished" or row.evaluated + row.failed != row.individuals_planned
        ]

    def _sum_up(self, twice: Twice) -> None:
        changes = audit.lease_changes()
        report = self.report
        report.individuals = sum(row.proposed for row in Experiment.objects.all())
        report.repeats = len(self.play.ledger.records)
        report.leases_expired = sum(change.taken_back for change in changes)
        report.handed_back = sum(change.handed_back for change in changes)
        report.twice_after_expiry = twice.expired


class _Progress:
    """Whether anything moves."""

    def __init__(self) -> None:
        self._last: object = None
        self._since = time.monotonic()

    def stalled(self) -> str:
        """What stands still, if nothing has moved for long."""
        try:
            now = list(
                Experiment.objects.exclude(state="finished").values_list(
                    "pk", "state", "proposed", "evaluated"
                )
            )
            if now != self._last:
                self._last, self._since = now, time.monotonic()
            if time.monotonic() - self._since < STALL_SECONDS:
                return ""
            fields = ("pk", "state", "attempts", "worker", "sent_at", "heartbeat_at", "reason")
            return str(list(Evaluation.objects.filter(state__in=["waiting", "running"]).values(*fields)))
        except AWAY:
            connection.close()
            return ""
