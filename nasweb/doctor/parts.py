"""Checks of the installation: settings, database, broker, workers."""

import os
from collections.abc import Iterator
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from nasweb.celery import app
from nasweb.doctor.findings import Finding
from nasweb.embedded.broker import server_binary
from nasweb.embedded.database import NewerDatabase, WrongEncoding, check_encoding, pending_migrations, told
from nasweb.shared_broker import tell_of_another_installation
from search.models import Experiment
from search.selectors.workers import ALIVE, newest_sign_of_life

LARGEST_CHECKED = 500 * 10**6
"""Bytes of an SQLite file that is read from end to end to see whether it is whole."""


def database() -> Iterator[Finding]:
    try:
        yield from _database()
    except (NewerDatabase, WrongEncoding) as problem:
        yield Finding("database", "fails", str(problem))
    except DatabaseError as problem:
        remedy = "Start PostgreSQL, or mend DATABASE_URL." if connection.vendor == "postgresql" else ""
        yield Finding("database", "fails", " ".join(told(problem).split()), remedy)
    finally:
        connection.close()


def _database() -> Iterator[Finding]:
    where = "PostgreSQL of DATABASE_URL"
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        if not path.exists():
            yield Finding("database", "note", f"{path} is not there yet", "make run makes it.")
            return
        where = f"SQLite, {path}, {path.stat().st_size / 1e6:.1f} MB"
        if path.stat().st_size < LARGEST_CHECKED and (damage := _damage()):
            yield Finding(
                "database", "fails", f"{where}, is damaged: {damage}", "Restore a backup (manage.py restore)."
            )
            return
    check_encoding()
    if not MigrationRecorder(connection).has_table():
        yield Finding(
            "database", "note", f"{where}, has no tables yet", "Run manage.py migrate; make run does."
        )
        return
    if pending_migrations():
        yield Finding(
            "database", "fails", f"{where}, is of an older version", "Run manage.py migrate; make run does."
        )
        return
    yield Finding("database", "ok", f"{where}, with {Experiment.objects.count()} experiments")


def _damage() -> str:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        (said,) = cursor.fetchone()
    return "" if said == "ok" else str(said)


def broker() -> Iterator[Finding]:
    if "REDIS_URL" not in os.environ and settings.EMBEDDED:
        yield Finding("broker", "ok", f"make run starts its own: {server_binary()}")
        return
    try:
        with redis.Redis.from_url(app.conf.broker_url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
            prefix = app.conf.broker_transport_options["global_keyprefix"]
            waiting = sum(int(str(client.llen(prefix + queue))) for queue in ("training", "steps"))
    except redis.RedisError as error:
        said = f"the server of REDIS_URL does not answer: {error}"
        yield Finding("broker", "fails", said, "Start Redis, or mend REDIS_URL.")
        return
    if shared := tell_of_another_installation(app):
        yield Finding("broker", "fails", shared)
        return
    yield Finding("broker", "ok", f"the server of REDIS_URL answers, {waiting} messages in its queues")


def workers() -> Iterator[Finding]:
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return  # asking would make the file
    try:
        age = newest_sign_of_life()
    except DatabaseError:
        return  # told of already
    finally:
        connection.close()
    if age is None or age > ALIVE:
        said = (
            "none that trains is there now"
            if age is None
            else f"the last sign of life is {age.total_seconds():.0f} s old"
        )
        yield Finding("workers", "note", said, "make run starts one; elsewhere: celery --app nasweb worker.")
        return
    yield Finding("workers", "ok", "at least one that trains is there")
