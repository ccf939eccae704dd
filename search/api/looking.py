"""One look for all who wait: however many requests in a process wait for experiments, the database is asked twice a
second for five columns."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from search.selectors import progress

LOOK_SECONDS = 0.5


class Standing(NamedTuple):
    """How far an experiment is: when none of this differs, nothing has happened that a waiter waits for."""

    state: str
    proposed: int
    evaluated: int
    failed: int


class Looks:
    """What was seen last of the experiments that somebody in this process waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waited_for: Counter[int] = Counter()
        self._seen: dict[int, Standing] = {}
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

    def latest(self, experiment_id: int) -> Standing | None:
        """At most LOOK_SECONDS old; None for one that is gone."""
        with self._lock:
            if time.monotonic() - self._at >= LOOK_SECONDS or experiment_id not in self._seen:
                rows = progress.standings([*self._waited_for, experiment_id])
                self._seen = {row[0]: Standing(*row[1:]) for row in rows}
                self._at = time.monotonic()
            return self._seen.get(experiment_id)


looks = Looks()
