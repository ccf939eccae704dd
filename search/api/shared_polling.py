"""Shared poller: one query every 0.5 s serves all long-polling requests of this process."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from search.selectors import progress

POLL_SECONDS = 0.5


class ExperimentStatus(NamedTuple):
    """How far an experiment is: when none of this differs, nothing has happened that a waiter waits for."""

    state: str
    proposed: int
    evaluated: int
    failed: int


class SharedPoller:
    """What was seen last of the experiments that somebody in this process waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waited_for: Counter[int] = Counter()
        self._seen: dict[int, ExperimentStatus] = {}
        self._at = float("-inf")

    @contextmanager
    def waiting_for(self, experiment_id: int) -> Iterator[None]:
        with self._lock:
            self._waited_for[experiment_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waited_for -= Counter([experiment_id])

    def latest(self, experiment_id: int) -> ExperimentStatus | None:
        """At most LOOK_SECONDS old; None for one that is gone."""
        with self._lock:
            if time.monotonic() - self._at >= POLL_SECONDS or experiment_id not in self._seen:
                rows = progress.standings([*self._waited_for, experiment_id])
                self._seen = {row[0]: ExperimentStatus(*row[1:]) for row in rows}
                self._at = time.monotonic()
            return self._seen.get(experiment_id)


poller = SharedPoller()
