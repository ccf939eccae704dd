"""Heartbeat of a training: progress and learning curve of the repeat that runs, and whether to go on."""

import time
from collections.abc import Callable
from functools import partial

from django.conf import settings

from search import services
from search.database.retrying import tolerate
from search.evolution.evaluation import Cancelled, CurvePoint, Progress
from search.services import Claim, errors
from search.worker.early_stops import EarlyStops
from search.worker.stop_flag import told_to_stop

MOST_LIVE_POINTS = 200
STOPPING = "{worker} stops: what it is training waits for another one."
Watch = Callable[[Claim, float], None]
"""Told now and then how far an attempt is, a fraction 0..1."""


class Heartbeat:
    """The progress call-back of one repeat: writes at most every HEARTBEAT_SECONDS."""

    def __init__(self, claim: Claim, repeat: int, stops: EarlyStops, watch: Watch | None) -> None:
        self._claim = claim
        self._repeat = repeat
        self._stops = stops
        self._watch = watch
        self._curve: list[CurvePoint] = []
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        self._remember(progress)
        done = (self._repeat + progress.step / max(1, progress.steps)) / self._claim.repeats
        if self._watch is not None:
            self._watch(self._claim, done)
        if told_to_stop():  # one that has ended comes by here no more, and is recorded
            raise Cancelled(STOPPING.format(worker=self._claim.worker))
        self._stops.ask(progress, self._repeat, self._curve)
        if time.monotonic() - self._last < settings.HEARTBEAT_SECONDS:
            return
        beat = partial(
            services.heartbeat_evaluation, claim=self._claim, progress=done, live_curve=self._curve
        )
        verdict: services.Verdict = tolerate(beat, "go")
        self._last = time.monotonic()
        if verdict != "go":
            text = errors.LEASE_LOST if verdict == "lost" else errors.NOBODY_NEEDS
            raise Cancelled(text.format(key=self._claim.evaluation_id))

    def _remember(self, progress: Progress) -> None:
        if progress.loss is None and progress.validation_accuracy is None:
            return
        self._curve.append(progress.point)
        if len(self._curve) > MOST_LIVE_POINTS:
            self._curve = self._curve[::2]
