"""What answers leave behind: in caches, in logs, and how large they may get."""

import json
import logging

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from search.evolution.experiments.config import ConfigError, experiment_config
from tests.access.conftest import As, accounts_are_on, as_, people  # noqa: F401

pytestmark = pytest.mark.django_db


def test_pages_of_people_are_kept_by_no_cache(as_: As) -> None:  # noqa: F811
    for address in ("/experiments/", "/account/", "/login/"):
        assert (
            as_("owner").get(address).headers["Cache-Control"].startswith(("private, no-store", "max-age=0"))
        )
    assert as_("owner").get("/api/v1/experiments").headers["Cache-Control"].startswith("private")


def test_without_accounts_the_browser_may_keep_pages(settings: Settings) -> None:
    settings.ACCOUNTS = False
    assert "no-store" not in Client().get("/experiments/").headers.get("Cache-Control", "")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {}])
def test_a_4xx_is_one_line_without_a_traceback(
    headers: dict[str, str], caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.ACCOUNTS = False
    settings.ALLOWED_HOSTS = ["testserver"]
    with caplog.at_level(logging.INFO):
        answer = Client(headers=headers).get("/experiments/4711/")
    assert answer.status_code in (400, 404)
    lines = [row for row in caplog.records if row.name.startswith(("django.", "nasweb."))]
    assert [(row.name, row.exc_info) for row in lines] == [("nasweb.request", None)]


def test_thousands_of_unknown_fields_get_a_short_answer(settings: Settings) -> None:
    settings.ACCOUNTS = False
    body = json.dumps({f"f{number}": 0 for number in range(60_000)})
    answer = Client().post("/api/v1/experiments", body, content_type="application/json")
    assert answer.status_code == 422
    assert len(answer.content) < 50_000
    assert "more)" in answer.json()["detail"]


@pytest.mark.parametrize("drops", [[-5, 3], [0], list(range(1, 100)), [10**12]])
def test_drops_of_the_learning_rate_are_few_and_steps(drops: list[int]) -> None:
    with pytest.raises(ConfigError, match="learning_rate_drops"):
        experiment_config({"protocol": {"learning_rate_drops": drops}})
