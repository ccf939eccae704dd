"""Readiness: database with all migrations, broker, a worker.

Each is asked for itself, with a time limit, on a connection of its own: one that is kept would tell of the past.
What is answered is fixed words: an exception's text may hold addresses and names.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from nasweb.celery import app
from nasweb.monitoring.bounded_probe import BoundedProbe, ProbeTimeout
from search.selectors.workers import ALIVE, newest_sign_of_life, since_last_sweep

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
NO_ANSWER = f"did not answer within {PATIENCE_SECONDS:g} s"
NOT_REACHED = "cannot be reached"
NOT_MIGRATED = "{count} migrations are not applied: run manage.py migrate"
NO_WORKER = "no worker that trains is there: start one"
SILENT_WORKER = "the last sign of life of a worker that trains is {seconds} s old"
NO_SWEEP = "no sweep has ended yet: start a worker of the queues steps and sweeps, and the clock"
LATE_SWEEP = "the last sweep ended {seconds} s ago: lost work is not found again and nothing new is proposed"
SWEEPS_MISSED = 4
LEAST_LATE = timedelta(seconds=60)
UNKNOWN = "not known while the database is not ready"


@dataclass(frozen=True)
class Part:
    """One part as it stands."""

    name: str
    problem: str
    """Empty when it is ready."""


def parts() -> list[Part]:
    """Every part, the database first: without it nobody knows of workers."""
    database = _part("database", _database)
    broker = _part("broker", _broker)
    rest = {"worker": _worker, "steps": _steps}
    return [database, broker] + [
        Part(name, UNKNOWN) if database.problem else _part(name, question) for name, question in rest.items()
    ]


def _part(name: str, question: BoundedProbe[str]) -> Part:
    try:
        return Part(name, question.answer(PATIENCE_SECONDS))
    except (ProbeTimeout, redis.TimeoutError):  # the broker's own limit is as long: either may come first
        return Part(name, NO_ANSWER)
    except (DatabaseError, redis.RedisError, OSError) as error:
        log.warning("readiness: the %s cannot be reached: %s", name, type(error).__name__)
        return Part(name, NOT_REACHED)


def _closing(ask: Callable[[], str]) -> Callable[[], str]:
    """The thread that asks is a new one each time: its connection ends with it."""

    def asked() -> str:
        try:
            return ask()
        finally:
            connection.close()

    return asked


def _ask_database() -> str:
    applied = MigrationRecorder(connection).applied_migrations()
    missing = len(_migrations() - set(applied))
    return NOT_MIGRATED.format(count=missing) if missing else ""


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """What this version of the code brings."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def _ask_broker() -> str:
    url = str(app.conf.broker_url)
    if url.startswith("memory://"):  # messages stay within this process: there is nothing to reach
        return ""
    limit = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    with redis.Redis.from_url(url, **limit) as client:
        client.ping()
    return ""


def _ask_worker() -> str:
    age = newest_sign_of_life()
    if age is None:
        return NO_WORKER
    return SILENT_WORKER.format(seconds=round(age.total_seconds())) if age > ALIVE else ""


def _ask_steps() -> str:
    """Whether steps are taken and the clock asks for them, by what both must do to end a sweep."""
    age = since_last_sweep()
    if age is None:
        return NO_SWEEP
    late = max(timedelta(seconds=SWEEPS_MISSED * settings.SWEEP_SECONDS), LEAST_LATE)
    return LATE_SWEEP.format(seconds=round(age.total_seconds())) if age > late else ""


_database = BoundedProbe(_closing(_ask_database))
_broker = BoundedProbe(_ask_broker)
_worker = BoundedProbe(_closing(_ask_worker))
_steps = BoundedProbe(_closing(_ask_steps))
