"""A statement of a web request may take so long and no longer: the answer is 503 with the reason, and no traceback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.backends.signals import connection_created
from django.db.utils import ConnectionHandler
from django.test import Client, override_settings

from nasweb import environment
from nasweb.statement_timeout import limit_statements
from search.database.retrying import was_cut_off
from tests.databases import new_database
from tests.processes import ROOT

pytestmark = [pytest.mark.service]


@pytest.fixture(scope="module")
def impatient(postgresql_url: str, django_db_blocker: Any) -> Iterator[None]:
    """A migrated PostgreSQL whose statements may take a fifth of a second, as the web's."""
    before = connections["default"]
    with (
        new_database(postgresql_url, "impatient") as database,
        django_db_blocker.unblock(),
        override_settings(STATEMENT_SECONDS=0.2),
    ):
        handler = ConnectionHandler({"default": environment.database(database.address)})
        connections["default"] = handler["default"]
        call_command("migrate", verbosity=0)  # takes longer, and is no web request
        connection.close()
        limit_statements()
        try:
            yield
        finally:
            connection_created.disconnect(dispatch_uid="nasweb.statement_timeout")
            connection.close()
            connections["default"] = before


def sleep(*_: Any, **__: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")


def test_a_page_says_that_it_took_too_long(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualize.pages.workers.views.render_either", sleep)
    response = Client(headers={"Accept": "text/html"}).get("/workers/")
    assert response.status_code == 503
    text = " ".join(response.content.decode().split())
    assert "took longer than the 0.2 s that a page may take" in text
    assert "Traceback" not in text


def test_the_api_answers_with_a_problem(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.api.routes.experiments.find_page", sleep)
    response = Client().get("/api/v1/experiments")
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "longer than the 0.2 s that a request may take" in response.json()["detail"]


def test_what_else_is_wrong_with_a_database_is_no_matter_of_time(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr("visualize.pages.workers.views.render_either", away)
    answer = Client(raise_request_exception=False).get("/workers/")
    assert answer.status_code == 503
    assert "took longer" not in answer.content.decode()


def test_sqlite_counts_its_instructions(tmp_path: Path, django_db_blocker: Any) -> None:
    """As PostgreSQL its seconds; whoever reads the rows slowly is not cut off."""
    mine = ConnectionHandler({"default": environment.database(f"sqlite:///{tmp_path / 'database'}")})[
        "default"
    ]
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most}) SELECT {what} FROM n"
    limit_statements()
    try:
        with django_db_blocker.unblock(), override_settings(STATEMENT_SECONDS=0.2), mine.cursor() as cursor:
            cursor.execute(many.format(most=1000, what="i"))
            assert len(cursor.fetchall()) == 1000
            with pytest.raises(OperationalError) as raised:
                cursor.execute(many.format(most=10**9, what="max(i)")).fetchone()
            assert was_cut_off(raised.value)
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        connection_created.disconnect(dispatch_uid="nasweb.statement_timeout")
        mine.close()


def test_connections_that_are_opened_within_requests_leave_nothing_of_the_requests(
    tmp_path: Path, django_db_blocker: Any
) -> None:
    """SQLite's is opened anew for each: what stayed behind ended in a recursion after some 900 requests."""
    address = f"sqlite:///{tmp_path / 'database'}"
    mine = ConnectionHandler({"default": environment.database(address)})["default"]
    asked = []

    def budget(execute: Any, *arguments: Any) -> Any:
        asked.append(1)
        return execute(*arguments)

    limit_statements()
    try:
        with django_db_blocker.unblock():
            for _ in range(3):
                with mine.execute_wrapper(budget), mine.cursor() as cursor:
                    cursor.execute("SELECT 1")
                mine.close()
    finally:
        connection_created.disconnect(dispatch_uid="nasweb.statement_timeout")
        mine.close()
    assert len(asked) == 3
    assert len(mine.execute_wrappers) == 1


SHOW = """
{first}
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0])
"""


@pytest.mark.parametrize(
    "first, shown",
    [("import nasweb.wsgi", "7s"), ("import nasweb.asgi", "7s"), ("import nasweb.celery", "0"), ("", "0")],
)
def test_only_what_serves_the_web_is_impatient(postgresql_url: str, first: str, shown: str) -> None:
    surroundings = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nasweb.settings",
        "DATABASE_URL": postgresql_url + "postgres",
        "NASWEB_SECRET_KEY": "only for tests, and long enough to be a good one: 0123456789 abcdefghij",
        "NASWEB_STATEMENT_SECONDS": "7",
    }
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(first=first)],
        cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == [shown], done.stderr
