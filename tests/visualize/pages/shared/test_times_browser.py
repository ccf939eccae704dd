"""Times of day are the reader's own, and say that they are UTC where no script turns them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Individual
from tests.visualize.searches import in_training, made_search

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAR = datetime(2031, 1, 2, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "options, shown",
    [
        ({"timezone_id": "Asia/Tokyo", "locale": "ja-JP"}, "2031-01-03 05:30"),
        ({"timezone_id": "America/New_York", "locale": "de-DE"}, "2031-01-02 15:30"),
        ({"timezone_id": "Asia/Tokyo", "java_script_enabled": False}, "2031-01-02 20:30 UTC"),
    ],
    ids=["tokyo", "new-york", "without-scripts"],
)
def test_a_time_of_day_is_told_in_the_readers_own_zone(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    options: dict[str, object],
    shown: str,
) -> None:
    experiment = made_search(4, state="running", planned=9)
    row = in_training(experiment, state="waiting")
    Individual.objects.filter(pk=row.pk).update(created_at=FAR)
    page = new_context(**options).new_page()
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/individuals/{row.step}/")
    expect(page.locator(".notice time")).to_have_text(shown)
