"""Trainings that may have to end early: heartbeat and checkpoint. Their state is saved once more, then they take no
step."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from django.conf import settings

from search.database.retrying import tolerate
from search.evolution.evaluation import Cancelled, Checkpoint
from search.worker.stop_flag import told_to_stop

Point = TypeVar("Point")
Verdict = Literal["go", "pause", "lost"]


class Ending(Protocol):
    """Who knows that a training is to end: its heartbeat."""

    ending: str
    """Why the training is to end, once its state is saved; empty while it goes on."""


class PausingCheckpoint:
    """A checkpoint that is due as soon as the training is to end, and ends it when it is saved.

    `save` raises Cancelled then, with the reason.
    """

    def __init__(self, heart: Ending, inner: Checkpoint) -> None:
        self._heart, self._inner = heart, inner

    def due(self) -> bool:
        return bool(self._heart.ending) or self._inner.due()

    def save(self, state: bytes) -> None:
        self._inner.save(state)
        if self._heart.ending:
            raise Cancelled(self._heart.ending)

    def load(self) -> bytes | None:
        return self._inner.load()


@dataclass(frozen=True)
class Reasons:
    """What is said of a training that ends early."""

    stopping: str
    """This process was told to stop."""
    lost: str
    """The lease is somebody else's."""
    paused: str = ""
    """Somebody has paused it."""


class PausingHeartbeat(Generic[Point]):
    """Keeps the points of one training's curve and writes them with its progress, at most every HEARTBEAT_SECONDS."""

    def __init__(self, send: Callable[[float, list[Point]], Verdict], reasons: Reasons) -> None:
        self._send, self._reasons = send, reasons
        self._last = time.monotonic()
        self.points: list[Point] = []
        self.ending = ""
        """Why the training is to end, once its state is saved; empty while it goes on."""

    def beat(self, done: float, point: Point | None = None, *, is_due: bool = False) -> None:
        """How far the training is, 0..1; `is_due`: write now. Raises Cancelled when the lease is lost."""
        if point is not None:
            self.points.append(point)
        if told_to_stop():
            self.ending = self._reasons.stopping
            # Whoever stops has little time left; what follows is the last save.
            return
        if not is_due and time.monotonic() - self._last < settings.HEARTBEAT_SECONDS:
            return
        verdict: Verdict = tolerate(lambda: self._send(done, self.points), "go")
        self._last = time.monotonic()
        if verdict == "lost":
            raise Cancelled(self._reasons.lost)
        if verdict == "pause":
            self.ending = self._reasons.paused
