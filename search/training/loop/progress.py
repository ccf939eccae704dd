"""Progress reports of a training, and its deadline."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from torch import Tensor, nn

from search.evolution.evaluation import EvaluationFailed, Progress

T = TypeVar("T")

INTERVAL_SECONDS = 0.9
"""At most this long between two reports, as far as single operations of a network allow."""


class Pulse:
    """Counts a training's time; `progress` may raise Cancelled, which ends the training where it stands.

    The time limit is counted by `clock`: where one thread trains, the processor's time, so that who fails depends on
    the network and not on what else runs on the machine; elsewhere the wall's.
    """

    def __init__(
        self,
        progress: Callable[[Progress], None],
        steps: int,
        limit_seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] | None = None,
        devices: int = 1,
    ) -> None:
        self._progress = progress
        self._limit_seconds = limit_seconds
        self._clock, self._wall = clock, wall or time.monotonic
        self._start = self._last = self._wall()
        self._limit_start = clock()
        self._look = 0.0
        self._devices = devices
        self._spent, self._spent_by = 0.0, 0.0
        self.steps = steps
        self.step = 0

    @property
    def seconds(self) -> float:
        """That the training has taken so far, before an interruption too."""
        return self._wall() - self._start

    @property
    def device_seconds(self) -> float:
        """Of all devices together, whatever number of them each part of the training had."""
        return self._spent + self._devices * (self.seconds - self._spent_by)

    @property
    def counted(self) -> float:
        """Seconds that count towards the time limit."""
        return self._clock() - self._limit_start

    def resume(self, step: int, seconds: float, counted: float, device_seconds: float | None = None) -> None:
        """The training goes on after that step, which it reached after so many seconds; without `device_seconds` they
        were of one device."""
        self.step = step
        self._spent, self._spent_by = seconds if device_seconds is None else device_seconds, seconds
        self._start = self._wall() - seconds
        self._limit_start = self._clock() - counted
        self._look = 0.0

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """What is done within is no part of the training's time, nor of its limit: a compiler's work."""
        begun, counted = self._wall(), self._clock()
        try:
            yield
        finally:
            self._start += self._wall() - begun
            self._limit_start += self._clock() - counted

    def alive(self) -> None:
        """As `beat`, for what no deadline counts."""
        if self._wall() - self._last >= INTERVAL_SECONDS:
            self.report()

    def beat(self) -> bool:
        """Called often. Reports when a report is due, and says whether it did.

        Raises EvaluationFailed (time_out) after the deadline.
        """
        now = self._wall()
        if now >= self._look:
            self._keep_the_limit(now)
        if now - self._last < INTERVAL_SECONDS:
            return False
        self.report()
        return True

    def _keep_the_limit(self, now: float) -> None:
        """The processor's clock takes as long to read as a small operation, and never runs ahead of the wall's: before
        the time that is left has passed there, nothing can be over."""
        left = self._limit_seconds - self.counted
        if left < 0:
            raise EvaluationFailed(
                "time_out",
                f"stopped at step {self.step} of {self.steps} after the time limit of {self._limit_seconds:g} s: "
                "raise the time limit (time_limit_seconds), or train for fewer steps, with smaller batches or "
                "fewer channels",
            )
        self._look = now + left

    def repeat(self, point: Progress) -> None:
        """Report what was measured before an interruption."""
        self._progress(point)

    def report(self, **measured: float | None) -> Progress:
        """Report now, with what was measured."""
        point = Progress(self.step, self.steps, self.seconds, **measured)
        self._progress(point)
        self._last = self._wall()
        return point


def beat_inside(layers: nn.ModuleList, pulse: Pulse) -> None:
    """Beat after each layer's forward and backward pass too: one step of a wide network can take many seconds.

    For the CPU only, where the backward pass runs in the caller's thread.
    """

    def after(layer: nn.Module, inputs: Any, output: Any) -> None:
        pulse.beat()
        while isinstance(output, tuple):
            output = output[0]
        if output.requires_grad:
            output.register_hook(backward)

    def backward(gradient: Tensor) -> None:
        pulse.beat()

    for layer in layers:
        layer.register_forward_hook(after)


def report_while(work: Callable[[], T], report: Callable[[], object]) -> T:
    """Do `work` in a thread and call `report` about every second until it is done.

    An exception of `report` leaves the work to end by itself in the background.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def target() -> None:
        try:
            results.append(work())
        except BaseException as error:  # carried to the caller's thread
            errors.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(INTERVAL_SECONDS)
        if thread.is_alive():
            report()
    if errors:
        raise errors[0]
    return results[0]
