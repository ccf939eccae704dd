"""What is looked at several times a second while a load lasts: locks, deadlocks, the memory of each process."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

LOCKS_EVERY_SECONDS = 0.2
MEMORY_EVERY_SECONDS = 2.0
MIB = 2**20
PAGE = 4096
HOLDER = """
WITH RECURSIVE ahead(pid) AS (
  SELECT %s::int UNION SELECT unnest(pg_blocking_pids(pid)) FROM ahead
)
SELECT state, wait_event, extract(epoch FROM clock_timestamp() - xact_start), left(query, 160)
FROM pg_stat_activity JOIN ahead USING (pid)
WHERE wait_event_type IS DISTINCT FROM 'Lock' AND pid <> %s ORDER BY xact_start LIMIT 1"""
WARM_UP_SHARE = 0.4
"""Of the samples of a process: until then it still loads code and fills its caches."""


@dataclass
class Watch:
    """Samples of one load. `work` tells how much is done so far: what memory is plotted against."""

    roots: Mapping[str, int]
    """Name of a group of processes -> the process that started them."""
    work: Callable[[], int]
    lock_waits: list[float] = field(default_factory=list)
    """Seconds, of every statement that was seen waiting for a lock, from its start to the latest look."""
    waited_for: str = ""
    """The statement of the longest of them."""
    held_by: str = ""
    """What the session did that the longest waited for, and for how long its transaction had been open."""
    _waiting: dict[tuple[int, str], float] = field(default_factory=dict)
    memory: dict[tuple[str, int], list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    """(group, process) -> (work done, MiB that are its own)."""
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        next_memory = 0.0
        try:
            while not self._stop.wait(LOCKS_EVERY_SECONDS):
                self._look_at_locks()
                if time.monotonic() >= next_memory:
                    next_memory = time.monotonic() + MEMORY_EVERY_SECONDS
                    self._look_at_memory()
        finally:
            connection.close()

    def stop(self) -> None:
        self._stop.set()

    def _look_at_locks(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                # From the statement's start: in a queue for one row the server waits for several locks in turn.
                "SELECT pid, query_start::text, extract(epoch FROM clock_timestamp() - query_start), left(query, 160) "
                "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            now = {(pid, start): (float(seconds), query) for pid, start, seconds, query in cursor.fetchall()}
        longest = self.longest_lock_wait_seconds
        self.lock_waits += [self._waiting[key] for key in set(self._waiting) - set(now)]
        self._waiting = {key: seconds for key, (seconds, _) in now.items()}
        for (pid, _), (seconds, query) in now.items():
            if seconds > longest:
                longest, self.waited_for = seconds, " ".join(query.split())
                self.held_by = holder(pid)

    @property
    def longest_lock_wait_seconds(self) -> float:
        return max([0.0, *self.lock_waits, *self._waiting.values()])

    def _look_at_memory(self) -> None:
        done = self.work()
        for group, root in self.roots.items():
            for pid in tree(root):
                if size := own_memory(pid):
                    self.memory[group, pid].append((done, size))


def holder(pid: int) -> str:
    """In words: the session at the head of the queue in which this one waits. Empty when it has let go since."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, [pid, pid])
        found = cursor.fetchone()
    if found is None:
        return ""
    state, waits_for, seconds, query = found
    waits = f", waits for {waits_for}" if waits_for else ""
    return f"{state}{waits}, open for {seconds:.2f} s: {' '.join(query.split())}"


def deadlocks() -> int:
    """In this database since it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def database_mib() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return float(cursor.fetchone()[0]) / MIB


def tree(root: int) -> list[int]:
    """A process and all that it started."""
    try:
        children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    except OSError:
        return []
    return [root, *(pid for child in children for pid in tree(int(child)))]


def own_memory(pid: int) -> float:
    """MiB that would be free if the process ended: pages shared with its parent do not count."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    kib = sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
    return kib / 1024


def memory_rows(watch: Watch, per_hour: float) -> list[dict[str, Any]]:
    """One row a group: what its processes held at first and at last, and how fast that grew once they were warm."""
    groups: dict[str, list[list[tuple[int, float]]]] = defaultdict(list)
    for (group, _), samples in watch.memory.items():
        if len(samples) >= 5:
            groups[group].append(samples)
    return [_memory_row(group, processes, per_hour) for group, processes in groups.items()]


def _memory_row(group: str, processes: list[list[tuple[int, float]]], per_hour: float) -> dict[str, Any]:
    slopes = [slope(samples[int(WARM_UP_SHARE * len(samples)) :]) for samples in processes]
    steepest = max(slopes)
    return {
        "processes": group,
        "number": len(processes),
        "MiB each at first": sum(samples[0][1] for samples in processes) / len(processes),
        "once warm": sum(samples[int(WARM_UP_SHARE * len(samples))][1] for samples in processes)
        / len(processes),
        "at last": sum(samples[-1][1] for samples in processes) / len(processes),
        "kB per 1,000 evaluations": 1024 * 1000 * sum(slopes) / len(slopes),
        "MiB in an hour at this rate": steepest * per_hour,
    }


def slope(samples: Sequence[tuple[int, float]]) -> float:
    """Of the straight line that fits best: MiB for each evaluation."""
    count = len(samples)
    if count < 2:
        return 0.0
    x, y = sum(at for at, _ in samples) / count, sum(size for _, size in samples) / count
    spread = sum((at - x) ** 2 for at, _ in samples)
    return sum((at - x) * (size - y) for at, size in samples) / spread if spread else 0.0
