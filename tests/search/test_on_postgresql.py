"""What this folder tests on SQLite, once more on PostgreSQL: services and selectors, commands and real workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.processes import ROOT

HERE = Path(__file__).parent


@pytest.mark.service
@pytest.mark.slow
def test_the_same_tests_pass_on_postgresql(postgresql_url: str) -> None:
    command = [sys.executable, "-m", "pytest", str(HERE), "-q", "-m", "not slow", "-p", "no:cacheprovider"]
    environment = {
        **os.environ,
        "DATABASE_URL": f"{postgresql_url}nasweb",
        "NASWEB_SECRET_KEY": "only for tests",
    }
    environment.pop("PYTEST_XDIST_WORKER", None)
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-10_000:] + run.stderr[-2000:]


@pytest.mark.django_db
def test_this_run_is_on_the_database_it_was_given() -> None:
    expected = "postgresql" if "DATABASE_URL" in os.environ else "sqlite"
    assert connection.vendor == expected
