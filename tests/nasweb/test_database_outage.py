"""A database that is away is a 503 with Retry-After, also where it is asked before any view: who is this?"""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
AWAY = OperationalError("connection to server was lost")


@pytest.fixture(autouse=True)
def accounts(settings: Settings) -> None:
    settings.ACCOUNTS = True


def away(*_: object, **__: object) -> Any:
    raise AWAY


def test_a_script_whose_token_cannot_be_looked_up_is_told_to_ask_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nasweb.access.callers.token_behind", away)
    answer = Client().get("/api/v1/experiments", headers={"Authorization": "Bearer nas_x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("#unavailable")


def test_a_person_whose_session_cannot_be_read_gets_a_page_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SessionStore, "load", away)
    client = Client(headers={"Accept": "text/html"})
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    answer = client.get("/experiments/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The database does not answer" in answer.content.decode()


def test_a_session_that_cannot_be_saved_behind_the_view_is_no_failure_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_response", away)
    answer = Client(raise_request_exception=False).get("/login/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
