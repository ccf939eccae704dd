"""What this folder tests on SQLite, once more on PostgreSQL: selectors, commands, decisions, imports. Its largest
folders have files of their own, so that several processes share the work."""

import os
from pathlib import Path

import pytest
from django.db import connection

from tests.on_postgresql import pass_on_postgresql

HERE = Path(__file__).parent
ELSEWHERE = {path.parent for path in HERE.glob("*/test_on_postgresql.py")}


@pytest.mark.service
@pytest.mark.slow
def test_the_same_tests_pass_on_postgresql(postgresql_url: str) -> None:
    parts = {path for path in HERE.iterdir() if path.is_dir() or path.name.startswith("test_")}
    pass_on_postgresql(postgresql_url, sorted(parts - ELSEWHERE))


@pytest.mark.django_db
def test_this_run_is_on_the_database_it_was_given() -> None:
    expected = "postgresql" if "DATABASE_URL" in os.environ else "sqlite"
    assert connection.vendor == expected
