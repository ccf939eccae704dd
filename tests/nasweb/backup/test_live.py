"""A backup of a search that a real worker is working on, restored elsewhere, where it goes on to its budget."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Database, new_database
from tests.processes import ROOT, Worker, eventually
from tests.trainers import GATE
from tests.upgrades.record import FOLDER

pytestmark = pytest.mark.service

INDIVIDUALS = 12
RECORDS = "SELECT evaluation_id, repeat, seed, accuracy, seconds, worker, attempt FROM search_fitnessrecord"
BEGIN = f"""
from search import services, tasks
from tests.search.searching import small_config
config = small_config(individuals={INDIVIDUALS}, in_flight=3, protocol={{"repeats": 2}})
row = services.create_experiment(name="live", config=config)
services.start_experiment(experiment_id=row.pk)
tasks.nudge_experiment(row.pk)
"""


class Installation:
    """A database, a broker's database and a folder of its own."""

    def __init__(self, database: Database, broker: str, folder: Path) -> None:
        folder.mkdir()
        self.database = database
        self.folder = folder
        self.environment = {
            "DATABASE_URL": database.address,
            "REDIS_URL": broker,
            "NASWEB_VAR_DIR": str(folder),
            "NASWEB_SECRET_KEY": "only for tests, but long enough for a key that signs cookies",
            "NASWEB_TRAINER": "tests.trainers.gated_trainer",
            "NASWEB_HEARTBEAT_SECONDS": "0.05",
            "NASWEB_LEASE_SECONDS": "30",
            "NASWEB_SWEEP_SECONDS": "0.3",
            "CELERY_SKIP_CHECKS": "1",
            GATE: str(folder),
        }

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.database.rows(sql)

    def worker(self) -> Worker:
        return Worker(self.folder, self.environment, name=self.folder.name, clock=True)


@contextmanager
def installation(kind: str, name: str, broker: str, folder: Path, server: str) -> Iterator[Installation]:
    with ExitStack() as stack:
        if kind == "sqlite":
            database = Database(f"sqlite:///{folder / name}.sqlite3")
        else:
            database = stack.enter_context(new_database(server, f"backup_{name}"))
        yield Installation(database, broker, folder / name)


@pytest.mark.parametrize("kinds", [("sqlite", "postgresql"), ("postgresql", "sqlite")], ids="-to-".join)
def test_the_restored_search_goes_on_with_nothing_lost_and_nothing_counted_twice(
    kinds: tuple[str, str], broker: str, postgresql_url: str, tmp_path: Path
) -> None:
    brokers = [f"{broker.removesuffix('/0')}/{number}" for number in (1, 2)]
    with (
        installation(kinds[0], "live", brokers[0], tmp_path, postgresql_url) as live,
        installation(kinds[1], "other", brokers[1], tmp_path, postgresql_url) as other,
    ):
        live.manage("migrate", "--verbosity", "0")
        backup = tmp_path / "backup.zip"
        with live.worker() as worker:
            live.manage("shell", "-c", BEGIN)
            eventually((live.folder / "began-1").exists, "a second repeat has begun")
            said = live.manage("backup", str(backup))
            assert "1 experiments, 3 individuals, 1 fitness records" in said
            assert live.rows("SELECT count(*) FROM search_evaluation WHERE state = 'running'") == [(1,)]
            assert worker.process.poll() is None
        kept = set(map(str, live.rows(RECORDS)))

        assert "What was being trained waits" in other.manage("restore", str(backup))
        assert set(map(str, other.rows(RECORDS))) == kept
        assert other.rows("SELECT DISTINCT state, attempts FROM search_evaluation") == [("waiting", 0)]
        (other.folder / "open").touch()
        finished = "SELECT count(*) FROM search_experiment WHERE state = 'finished'"
        with other.worker():
            eventually(lambda: other.rows(finished) == [(1,)], "the restored search is finished")
        check_consistency(other, kept)


def check_consistency(other: Installation, kept: set[str]) -> None:
    counters = "SELECT individuals_planned, proposed, evaluated, failed, population FROM search_experiment"
    assert other.rows(counters) == [(INDIVIDUALS, INDIVIDUALS, INDIVIDUALS, 0, INDIVIDUALS)]
    assert kept <= set(map(str, other.rows(RECORDS)))
    repeats = "SELECT evaluation_id FROM search_fitnessrecord GROUP BY evaluation_id HAVING count(*) <> 2"
    assert other.rows(repeats) == []
    assert other.rows("SELECT DISTINCT state, attempts FROM search_evaluation") == [("done", 1)]
    other.manage("check_consistency")


def test_a_backup_of_an_older_release_is_restored_and_brought_up_to_date(tmp_path: Path, broker: str) -> None:
    old = Installation(Database(f"sqlite:///{tmp_path / 'old.sqlite3'}"), broker, tmp_path / "old")
    old.database.load(FOLDER / "release-0.1.sqlite.sql")
    new = Installation(Database(f"sqlite:///{tmp_path / 'new.sqlite3'}"), broker, tmp_path / "new")
    old.manage("backup", str(tmp_path / "backup.zip"))
    assert "2 experiments, 10 individuals" in new.manage("restore", str(tmp_path / "backup.zip"))
    assert set(new.rows(RECORDS)) == set(old.rows(RECORDS))
    new.manage("migrate", "--check")
