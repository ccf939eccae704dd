"""Processor time, which means the same on a busy machine as on a quiet one."""

import os
from collections.abc import Iterable
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

TICK = os.sysconf("SC_CLK_TCK")


def database_seconds() -> float:
    """Processor time of the database's process that serves our connection, where it runs on this machine."""
    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    return _run_seconds([connection.connection.info.backend_pid])


class DatabaseMeter:
    """The same for all connections to our database; look now and then, for connections come and go."""

    def __init__(self) -> None:
        self._latest: dict[int, float] = {}

    def seconds(self) -> float:
        if connection.vendor != "postgresql":
            return 0.0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            self._latest |= {pid: _run_seconds([pid]) for (pid,) in cursor.fetchall()}
        return sum(self._latest.values())


def broker_seconds() -> float:
    """Processor time that the broker has used so far."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        used = broker.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


def tree_seconds(pid: int) -> float:
    """Processor time of a process and of those that it started and that still run."""
    children = {int(entry) for entry in _read(f"/proc/{pid}/task/{pid}/children").split()}
    return _run_seconds([pid]) + sum(tree_seconds(child) for child in children)


def _run_seconds(pids: Iterable[int]) -> float:
    """All threads; 0 for a process on another machine, or that has ended."""
    total = 0.0
    for pid in pids:
        fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        total += sum(int(ticks) for ticks in fields[11:13]) / TICK
    return total


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
