"""A database that an older release filled and left in the middle of a search, brought up to the present code.

`release-*.sql` were recorded by record.py on the commit of that release, and never change.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import INSTANT_TRAINER
from tests.databases import Database, new_database
from tests.processes import ROOT, Worker, eventually
from tests.upgrades.record import FOLDER, RUNNING

pytestmark = pytest.mark.service

RELEASES = sorted(path.name.removesuffix(".sqlite.sql") for path in FOLDER.glob("release-*.sqlite.sql"))
FIRST_MIGRATIONS = {"0001_initial", "0002_names_tags_workers_tokens"}
KEPT = {
    "experiments": "SELECT id, name, notes, config, state, proposed, evaluated, train_seconds, best_id"
    " FROM search_experiment ORDER BY id",
    "individuals": "SELECT experiment_id, step, genotype_id, parent_id, mutation, parameters, fitness, state"
    " FROM search_individual ORDER BY experiment_id, step",
    "genotypes": "SELECT key, text, phenotype_key, levels FROM search_genotype ORDER BY id",
    "motifs": "SELECT m.key, u.genotype_id, u.level, u.slot, u.uses FROM search_motifuse u"
    " JOIN search_motif m ON m.id = u.motif_id ORDER BY u.id",
    "evaluations": "SELECT id, phenotype_key, protocol_key, protocol, state, attempts, fitness"
    " FROM search_evaluation ORDER BY id",
    "records": "SELECT evaluation_id, repeat, seed, accuracy, curve, seconds, worker FROM search_fitnessrecord"
    " ORDER BY evaluation_id, repeat",
    "workers": "SELECT name, device, processes FROM search_worker ORDER BY name",
}


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path, release: str) -> Iterator[Database]:
    script = FOLDER / f"{release}.{request.param}.sql"
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
        database.load(script)
        yield database
    else:
        with new_database(request.getfixturevalue("postgresql_url"), "old_release") as database:
            database.load(script)
            yield database


def kept(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {name: database.rows(sql) for name, sql in KEPT.items()}


def repeats_wanted(rows: dict[str, list[tuple[Any, ...]]]) -> set[tuple[int, int]]:
    """(evaluation, repeat) that the protocols ask for, of evaluations that are done."""
    wanted = set()
    for key, _, _, protocol, state, *_ in rows["evaluations"]:
        if state != "done":
            continue
        document = protocol if isinstance(protocol, dict) else json.loads(protocol)
        wanted |= {(key, repeat) for repeat in range(document["repeats"])}
    return wanted


def test_the_first_release_is_among_the_recorded_ones(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    database.load(FOLDER / "release-0.1.sqlite.sql")
    names = {name for (name,) in database.rows("SELECT name FROM django_migrations WHERE app = 'search'")}
    assert names == FIRST_MIGRATIONS


def test_everything_is_kept_and_the_search_that_ran_goes_on_to_its_end(
    old: Database, broker: str, tmp_path: Path
) -> None:
    environment = {
        "DATABASE_URL": old.address,
        "REDIS_URL": broker,
        "NASWEB_VAR_DIR": str(tmp_path),
        "NASWEB_SECRET_KEY": "only for tests",
        "NASWEB_TRAINER": INSTANT_TRAINER,
        "NASWEB_SWEEP_SECONDS": "0.5",
        "NASWEB_RESEND_SECONDS": "1",
        "CELERY_SKIP_CHECKS": "1",
    }
    before = kept(old)
    assert before["experiments"], "the recorded database holds something"
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
    assert kept(old) == before

    state = f"SELECT state FROM search_experiment WHERE name = '{RUNNING}'"
    with Worker(tmp_path, environment, name="upgraded", clock=True):
        eventually(lambda: old.value(state) == "finished", "the search that ran is finished")

    after = kept(old)
    counts = "SELECT individuals_planned, proposed, evaluated, failed FROM search_experiment ORDER BY name"
    assert old.rows(counts) == [(6, 6, 6, 0), (8, 8, 8, 0)]
    assert set(map(str, before["records"])) <= set(map(str, after["records"])), "a finished repeat changed"
    done = {row[0]: row for row in before["evaluations"] if row[4] == "done"}
    assert {row[0]: row for row in after["evaluations"] if row[0] in done} == done, "trained again"
    given_up = {row[0]: row for row in after["evaluations"] if row[4] != "done"}
    assert given_up.keys() == {row[0] for row in before["evaluations"]} - done.keys()
    trained = {row[1] for row in after["evaluations"] if row[4] == "done"}
    for (
        row
    ) in given_up.values():  # what was begun for another version of the trainer is trained anew by this one
        assert (row[4], row[1] in trained) == ("cancelled", True)
    found = {(row[0], row[1]) for row in after["records"] if row[0] not in given_up}
    assert found == repeats_wanted(after), "missing or too many"
