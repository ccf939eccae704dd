"""Discrete-event simulation of one database, one broker and many workers, from measured costs.

Each worker trains for a while, then waits for the lock of its experiment, records and proposes under it, and gets its
next evaluation by a message and a claim. Statements wait for one of the database's cores, first come, first served.
Heartbeats, reports and sweeps are frequent and small: they take their share of the cores off before, instead of being
events. Pure Python.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

JITTER = 0.1
"""A training takes its mean, more or less by up to this share."""
BUSY = 0.9
"""What is in use for a larger share of the time is at its end."""


@dataclass(frozen=True)
class Costs:
    """Seconds, measured by `python -m tests.benchmarks.scale`."""

    claim_database: float
    """Of a database core, for one claim."""
    claim_client: float
    """Of the worker beside that: its own processor and the way."""
    step_database: float
    """Of a database core, for one recorded result with the next proposal."""
    step_client: float
    """Of the worker beside that; the experiment's lock is held meanwhile."""
    rest_client: float
    """Of the worker for one evaluation, outside of both: reading documents, building the network."""
    heartbeat_database: float
    report_database: float
    sweep_database: float
    broker: float
    """Of the broker's one core, for one message sent, taken and acknowledged."""


@dataclass(frozen=True)
class Setup:
    """What is simulated."""

    workers: int
    """Trainings at once."""
    training_seconds: float
    experiments: int = 1
    cores: int = 2
    """Of the database's machine."""
    heartbeat_seconds: float = 2.0
    report_seconds: float = 10.0
    sweep_seconds: float = 15.0

    def background(self, costs: Costs) -> float:
        """Cores that heartbeats, reports and sweeps take."""
        return (
            self.workers * costs.heartbeat_database / self.heartbeat_seconds
            + self.workers * costs.report_database / self.report_seconds
            + costs.sweep_database / self.sweep_seconds
        )


@dataclass(frozen=True)
class Result:
    """What came of a simulation."""

    rate: float
    """Evaluations a second."""
    trains: float
    """Share of the workers' time in which they train."""
    database: float
    """Share of the database's cores in use."""
    broker: float
    """Share of the broker's one core."""
    lock: float
    """Share of the time in which an experiment's lock is held, the mean over experiments."""

    @property
    def ends(self) -> str:
        """What is at its end: the lock of an experiment keeps others waiting before the rest is reached."""
        shares = {"PostgreSQL": self.database, "Redis": self.broker, "the experiment's lock": self.lock}
        return ", ".join(name for name, share in shares.items() if share >= BUSY) or "nothing"


class _Cores:
    """Several servers with one queue; asked in the order of time."""

    def __init__(self, number: int, speed: float) -> None:
        self._free, self._speed = [0.0] * number, speed
        self.used = 0.0

    def done(self, now: float, seconds: float) -> float:
        """When work that comes now is done."""
        begins = max(now, heapq.heappop(self._free))
        heapq.heappush(self._free, begins + seconds / self._speed)
        self.used += seconds
        return begins + seconds / self._speed


class _Lock:
    """One holder; others wait in order of arrival."""

    def __init__(self) -> None:
        self._waiting: deque[int] = deque()
        self.holder: int | None = None
        self.held = self._since = 0.0

    def ask(self, worker: int, now: float) -> bool:
        """Whether it is the worker's at once."""
        if self.holder is not None:
            self._waiting.append(worker)
            return False
        self.holder, self._since = worker, now
        return True

    def leave(self, now: float) -> int | None:
        """Who has it next."""
        self.held += now - self._since
        self.holder = self._waiting.popleft() if self._waiting else None
        self._since = now
        return self.holder


class _Simulation:
    def __init__(self, setup: Setup, costs: Costs, seed: int) -> None:
        self._setup, self._costs, self._rng = setup, costs, random.Random(seed)
        share = setup.background(costs) / setup.cores
        self._database = _Cores(setup.cores, max(1e-9, 1 - share))
        self._broker = _Cores(1, 1.0)
        self._locks = [_Lock() for _ in range(setup.experiments)]
        self._events: list[tuple[float, int, Callable[[int, float], None], int]] = []
        self._order = count()
        self.steps: list[float] = []
        """When each evaluation was recorded."""

    def run(self, steps: int) -> Result:
        for worker in range(self._setup.workers):
            self._at(self._rng.uniform(0, self._setup.training_seconds), self._trained, worker)
        while len(self.steps) < steps:
            now, _, act, worker = heapq.heappop(self._events)
            act(worker, now)
        return self._result()

    def _at(self, time: float, act: Callable[[int, float], None], worker: int) -> None:
        heapq.heappush(self._events, (time, next(self._order), act, worker))

    def _lock(self, worker: int) -> _Lock:
        return self._locks[worker % len(self._locks)]

    def _trained(self, worker: int, now: float) -> None:
        if self._lock(worker).ask(worker, now):
            self._locked(worker, now)

    def _locked(self, worker: int, now: float) -> None:
        done = self._database.done(now, self._costs.step_database)
        self._at(done + self._costs.step_client, self._recorded, worker)

    def _recorded(self, worker: int, now: float) -> None:
        self.steps.append(now)
        if (following := self._lock(worker).leave(now)) is not None:
            self._locked(following, now)
        self._at(self._broker.done(now, self._costs.broker), self._claims, worker)

    def _claims(self, worker: int, now: float) -> None:
        begins = self._database.done(now, self._costs.claim_database) + self._costs.claim_client
        varied = self._setup.training_seconds * self._rng.uniform(1 - JITTER, 1 + JITTER)
        self._at(begins + self._costs.rest_client + varied, self._trained, worker)

    def _result(self) -> Result:
        """From the second half, when all have come into step."""
        setup, costs = self._setup, self._costs
        half = self.steps[len(self.steps) // 2 :]
        rate = (len(half) - 1) / (half[-1] - half[0])
        statements = rate * (costs.claim_database + costs.step_database)
        return Result(
            rate=rate,
            trains=min(1.0, rate * setup.training_seconds / setup.workers),
            database=min(1.0, (statements + setup.background(costs)) / setup.cores),
            broker=rate * costs.broker,
            lock=sum(lock.held for lock in self._locks) / len(self._locks) / half[-1],
        )


def simulate(setup: Setup, costs: Costs, *, steps: int = 0, seed: int = 1) -> Result:
    """Two evaluations a worker and some, unless told. A database that heartbeats keep busy does nothing else."""
    if setup.background(costs) >= setup.cores:
        return Result(0.0, 0.0, 1.0, 0.0, 0.0)
    return _Simulation(setup, costs, seed).run(steps or 2000 + 2 * setup.workers)
