"""Private surroundings for a benchmark: a database, a broker and a folder of its own, gone when it ends.

The benchmark itself runs in a process of its own that finds them in its environment, as a deployment would.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2 import sql

Environment = dict[str, str]
INSTANT_TRAINER = "search.evolution.evaluation.instant_trainer"


class Unavailable(Exception):
    """A service that the benchmark needs is not there."""


@contextmanager
def surroundings(*, sqlite: bool, keep: str = "", broker: bool = False) -> Iterator[Environment]:
    """The environment of a benchmark's processes. `keep` names a database that stays for the next run."""
    with TemporaryDirectory(prefix="nasweb-benchmark-") as name:
        environment = {
            **os.environ,
            "NASWEB_VAR_DIR": name,
            "NASWEB_TRAINER": INSTANT_TRAINER,
            "NASWEB_SECRET_KEY": "only for benchmarks",
            "NASWEB_ACCOUNTS": "0",  # what is measured are the pages, as the person at this machine sees them
            "NASWEB_METRICS_TOKEN": "only for benchmarks",
            "NASWEB_LOG_LEVEL": "WARNING",
            "NASWEB_DEBUG": "0",
        }
        environment.pop("DATABASE_URL", None)
        with _database(environment, sqlite, keep), _broker(environment, broker, Path(name)):
            yield environment


def run_inside(arguments: Sequence[str], environment: Environment) -> int:
    """`python -m tests.benchmarks ...` in these surroundings, its output ours."""
    command = [sys.executable, "-m", "tests.benchmarks", *arguments, "--here"]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False).returncode


def vacuum() -> None:
    """What autovacuum does, where it is on, to tables that have grown or changed much."""
    with connection.cursor() as cursor:
        postgresql = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if postgresql else "ANALYZE")


@contextmanager
def _database(environment: Environment, sqlite: bool, keep: str) -> Iterator[None]:
    if sqlite:
        yield
        return
    server = os.environ.get("DATABASE_URL") or f"postgres://{getuser()}@127.0.0.1:5432/postgres"
    name = keep or f"nasweb_benchmark_{secrets.token_hex(4)}"
    _create(server, name)
    environment["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    try:
        yield
    finally:
        if not keep:
            _command(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(server: str, name: str) -> None:
    try:
        _command(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg2.errors.DuplicateDatabase:
        return
    except psycopg2.OperationalError as error:
        raise Unavailable(
            f"No PostgreSQL answers ({error}); DATABASE_URL names another, --sqlite needs none"
        ) from None


def _command(server: str, command: sql.Composed) -> None:
    connection = psycopg2.connect(server)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(command)
    finally:
        connection.close()


@contextmanager
def _broker(environment: Environment, wanted: bool, folder: Path) -> Iterator[None]:
    if not wanted:
        environment["REDIS_URL"] = "memory://"
        yield
        return
    binary = shutil.which("redis-server")
    if binary is None:
        raise Unavailable("redis-server is not installed; --in-process needs none")
    port = free_port()
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with running(command):
        _until_open(port)
        environment["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
        yield


@contextmanager
def running(
    command: Sequence[str], environment: Environment | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block; its output goes to `log` or nowhere."""
    with (log or Path(os.devnull)).open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_open(port: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise Unavailable(f"nothing answers on port {port} after {seconds:g} s")
