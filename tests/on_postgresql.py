"""Tests of a folder once more, in a pytest of their own on PostgreSQL: those that touch the database, for the others
would only be the same again. As a plugin of that pytest it leaves out the rest."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.processes import ROOT


def pass_on_postgresql(server: str, paths: Iterable[Path]) -> None:
    """`server`: its address, ending in / where a database's name belongs."""
    command = [sys.executable, "-m", "pytest", *map(str, paths), "-q", "-m", "not slow"]
    command += ["-p", "no:cacheprovider", "-p", __name__]
    environment = {**os.environ, "DATABASE_URL": f"{server}nasweb", "NASWEB_SECRET_KEY": "only for tests"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-10_000:] + run.stderr[-2000:]
    assert "skipped" not in run.stdout.splitlines()[-1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept = [item for item in items if _touches_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _touches_the_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not {"db", "transactional_db"}.isdisjoint(
        fixtures
    )
