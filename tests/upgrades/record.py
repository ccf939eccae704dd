"""Records the database of a release as text, for the tests of upgrades:

    python -m tests.upgrades.record NAME        # writes tests/upgrades/NAME.sqlite.sql and NAME.postgresql.sql

Run it on the commit of the release, once. On each kind of database a real worker trains one search to its end and
is killed in the middle of another, after the first of a network's two repeats.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.databases import Database, new_database
from tests.processes import Worker, eventually, postgresql_binary, running_postgresql, running_redis

FOLDER = Path(__file__).resolve().parent
FINISHED, RUNNING = "finished before the upgrade", "running at the upgrade"


def record(name: str) -> None:
    with TemporaryDirectory(prefix="nasweb-record-") as folder:
        database = Path(folder) / "release.sqlite3"
        _fill(Path(folder), f"sqlite:///{database}")
        with closing(sqlite3.connect(database)) as connection:
            text = "\n".join(connection.iterdump()) + "\n"
        (FOLDER / f"{name}.sqlite.sql").write_text(text)
    with TemporaryDirectory(prefix="nasweb-record-") as folder, running_postgresql() as server:
        with new_database(server, "release") as empty:
            _fill(Path(folder), empty.address)
            command = [
                postgresql_binary("pg_dump") or "pg_dump",
                "--no-owner",
                "--no-privileges",
                "--inserts",
            ]
            dump = subprocess.run([*command, empty.address], check=True, capture_output=True, text=True)
        # psql's own commands (\restrict) say nothing to a driver.
        lines = [line for line in dump.stdout.splitlines() if not line.startswith("\\")]
        (FOLDER / f"{name}.postgresql.sql").write_text("\n".join(lines) + "\n")


def _fill(folder: Path, database: str) -> None:
    with running_redis(folder) as broker:
        environment = {
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "NASWEB_VAR_DIR": str(folder),
            "NASWEB_SECRET_KEY": "only for tests",
            "NASWEB_HEARTBEAT_SECONDS": "0.1",
            "NASWEB_SWEEP_SECONDS": "0.5",
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            env={**os.environ, **environment},
            check=True,
        )
        _search(environment, FINISHED, individuals=6, repeats=1, steps=20)
        with _worker(folder, environment):
            _until(environment, f"{FINISHED!r} has ended", "s.state = 'finished'", FINISHED)
        _search(environment, RUNNING, individuals=8, repeats=2, steps=150)
        with _worker(folder, environment):
            _until(environment, "two are done and one is half trained", _HALF_TRAINED, RUNNING)


_HALF_TRAINED = (
    "s.evaluated >= 2 AND EXISTS (SELECT 1 FROM search_evaluation e JOIN search_individual i"
    " ON i.evaluation_id = e.id WHERE i.experiment_id = s.id AND e.state = 'running'"
    " AND (SELECT count(*) FROM search_fitnessrecord r WHERE r.evaluation_id = e.id) = 1)"
)


def _search(environment: dict[str, str], name: str, *, individuals: int, repeats: int, steps: int) -> None:
    code = (
        "from search import services; from tests.search.searching import small_config\n"
        f"config = small_config(individuals={individuals}, seed=7,"
        f" protocol={{'repeats': {repeats}, 'steps': {steps}}})\n"
        f"row = services.create_experiment(name={name!r}, config=config, notes='Kept by every upgrade: ÿ, 网络.')\n"
        "services.start_experiment(experiment_id=row.pk)"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code], env={**os.environ, **environment}, check=True
    )


@contextmanager
def _worker(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A worker that the end of the block kills."""
    worker = Worker(folder, environment, name="release", clock=True)
    try:
        yield
    finally:
        worker.kill()


def _until(environment: dict[str, str], what: str, condition: str, name: str) -> None:
    question = f"SELECT count(*) FROM search_experiment s WHERE s.name = '{name}' AND {condition}"
    eventually(lambda: Database(environment["DATABASE_URL"]).value(question), what, seconds=240)


if __name__ == "__main__":
    record(sys.argv[1])
