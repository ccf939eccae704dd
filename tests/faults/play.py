"""What every fault works with, and how it aims: at a statement that a worker waits in, or at a training under way."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psycopg2
import redis

from tests.faults.ledger import Ledger
from tests.faults.stage import Part, Stage
from tests.faults.trainers import Entry, read_diary

AIM_SECONDS = 5.0
"""How long a fault looks for its point before it counts as missed."""

Outcome = Literal["hit", "missed"]
Pending = Callable[[], Outcome | None]
"""Asked again and again: None while the fault is not over."""


@dataclass
class Play:
    """The stage with a search on it."""

    stage: Stage
    rng: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    experiments: list[int] = field(default_factory=list)
    """Of this round; all must reach their budget."""
    instant: int = 0
    """The experiment of milliseconds."""
    real: int = 0
    """The latest experiment that really trains."""
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def broker(self) -> "redis.Redis":
        return redis.Redis(port=self.stage.redis_port, socket_timeout=5)


def until(found: Callable[[], Any], seconds: float = AIM_SECONDS) -> Any:
    """What is found, as soon as it is; None if it is not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := found():
            return result
        time.sleep(0.01)
    return None


@dataclass
class Hold:
    """A lock of ours, and who waits for it."""

    cursor: Any

    def waiting(self, pattern: str) -> list[str]:
        """Names of the parts whose message matches and waits for a lock."""
        return self._names("wait_event_type = 'Lock' AND btrim(a.query, E' \\n') ~ %s", pattern)

    def about_to_write(self, table: str, pattern: str) -> list[str]:
        """Names of the parts that wait to write to a table, with a message that matches: it may hold several
        statements, and prepared ones by their names, such as update_search_evaluation_7."""
        wanted = (
            "EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted"
            " AND l.relation = %s::regclass AND l.mode = 'RowExclusiveLock')"
        )
        return self._names(f"{wanted} AND translate(a.query, '\"', '') ~ %s", table, pattern)

    def _names(self, condition: str, *values: str) -> list[str]:
        self.cursor.execute(
            "SELECT pg_stat_clear_snapshot()"
        )  # else a transaction sees the same activity for ever
        self.cursor.execute(
            "SELECT a.application_name FROM pg_stat_activity a"
            f" WHERE a.datname = current_database() AND {condition}",
            values,
        )
        return [row[0] for row in self.cursor.fetchall()]


@contextmanager
def held(play: Play, statement: str, *values: object) -> Iterator[Hold]:
    """Hold a lock on a connection of our own until the block ends. Raises OperationalError when it cannot be had."""
    connection = psycopg2.connect(
        host="127.0.0.1", port=play.stage.postgresql_port, user="nasweb", dbname="nasweb",
        application_name="holder", options="-c lock_timeout=3s",
    )  # fmt: skip
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            yield Hold(cursor)
    finally:
        connection.close()


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def parent(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def open_trainings(play: Play) -> list[tuple[Entry, Part]]:
    """Trainings that have begun and not ended, whose process lives, with the worker it belongs to."""
    last: dict[int, Entry] = {}
    for entry in read_diary(play.stage.diary, last_bytes=40_000):
        last[entry.pid] = entry
    owners = {part.running.pid: part for part in play.stage.trainers if part.alive}
    return [
        (entry, owners[parent(entry.pid)])
        for entry in last.values()
        if entry.what == "began" and entry.aimable and parent(entry.pid) in owners
    ]


def strike(play: Play, part: Part) -> None:
    """Kill a worker without a goodbye: all of it, or one that trains, as when memory runs out."""
    trains = children(part.running.pid)
    if len(trains) == 1 and play.rng.random() < 0.7:
        with suppress(ProcessLookupError):
            os.kill(trains[0], signal.SIGKILL)
        return
    part.kill()
    part.start()
