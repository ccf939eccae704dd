"""Fixtures for all tests.

The database is an SQLite file of the run's own; with DATABASE_URL set, a database of its own on that PostgreSQL
server. Messages go nowhere unless a test asks for a broker:

- `redis_url`: a private Redis for the session.
- `broker`: this process sends to it, from an empty queue on.
- `start_worker(...)`: starts a real Celery worker on the test's database and broker; it ends with the test.
  `start_worker(clock=True)` also sweeps, `trainer=` names what trains (by default one that takes a millisecond).
- `postgresql_url`: a private PostgreSQL server's address ending in `/`, for tests that need one beside the
  database they run on.

Use `transactional_db` (or `django_db(transaction=True)`) with another process or thread: it sees what is committed.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection, connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from nasweb.celery import app
from nasweb.environment import broker_key_prefix
from tests.databases import Database
from tests.processes import Worker, database_url, running_postgresql, running_redis, share_kernels

# Whoever starts the tests in the background of a shell has them ignore Ctrl-C, and every process they start as well;
# some of these are there to be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Some machines forbid it by PYTHONDONTWRITEBYTECODE; then each of the many processes that tests start compiles the
# whole product anew, which is a third of what it costs to start.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes says how busy the machine is, and nothing about the code.
hypothesis_settings.register_profile("nasweb", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("nasweb")

# With PostgreSQL accounts are on; only the tests in tests/access want them, and turn them on themselves.
settings.ACCOUNTS = False
# With PostgreSQL pages would name collected and hashed files, and nothing is collected here.
settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "nasweb.static_storage.AsTheyLie"}}

INSTANT_TRAINER = "search.evolution.evaluation.instant_trainer"
StartWorker = Callable[..., Worker]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """A file, for threads and other processes share it; in a folder of this run's own."""
    if connection.vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        connections.databases["default"]["TEST"]["NAME"] = name


def _send_to(url: str) -> None:
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = url
    app._after_fork()  # forgets the connections to the former broker


@pytest.fixture(scope="session", autouse=True)
def no_broker() -> None:
    """Messages stay in this process's memory: no test talks to a broker that happens to run on the machine."""
    _send_to("memory://")


@pytest.fixture(autouse=True)
def every_place_is_free() -> None:
    """A server closes each answer; a test that leaves an export unread must not hold its place beyond itself."""
    budget: Any = sys.modules.get("nasweb.request_budget")
    if budget is not None:
        budget.DOWNLOADS = budget.Places()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def broker(redis_url: str) -> Iterator[str]:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    app.conf.broker_transport_options["global_keyprefix"] = broker_key_prefix(connection.settings_dict)
    _send_to(redis_url)
    yield redis_url
    _send_to("memory://")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with running_postgresql() as url:
        yield url
        # Shared by all tests of this process, so that each makes a database of its own (`new_database`).
        left = Database(f"{url}postgres").value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert left == 0, "a test left tables in the database `postgres`, where another would find them"


@pytest.fixture
def start_worker(transactional_db: None, broker: str, tmp_path: Path) -> Iterator[StartWorker]:
    """start_worker(name="worker", concurrency=1, clock=False, trainer=..., **environment) -> Worker"""
    workers: list[Worker] = []
    share_kernels(tmp_path)

    def start(
        *,
        name: str = "worker",
        concurrency: int = 1,
        clock: bool = False,
        trainer: str = INSTANT_TRAINER,
        **environment: str,
    ) -> Worker:
        surroundings = {
            "DATABASE_URL": database_url(connection.settings_dict),
            "REDIS_URL": broker,
            "NASWEB_VAR_DIR": str(tmp_path),
            "NASWEB_DATA_DIR": str(settings.DATA_DIR),
            "NASWEB_SECRET_KEY": "only for tests",
            "NASWEB_TRAINER": trainer,
            "NASWEB_SWEEP_SECONDS": "0.5",
            "CELERY_SKIP_CHECKS": "1",  # quicker, and pages are not what these tests are about
            **environment,
        }
        workers.append(Worker(tmp_path, surroundings, name=name, concurrency=concurrency, clock=clock))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()  # quicker than a goodbye; tests of goodbyes stop it themselves
