"""The documentation page in a real browser, under the content security policy."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.browser.chromium import quiet_context, running_chromium

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in the thread that also uses the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with running_chromium() as chromium:
        yield chromium
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def test_an_operation_is_read_and_tried_on_the_page(browser: Browser, live_server: LiveServer) -> None:
    with quiet_context(browser) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/api/v1/docs")
        operation = page.locator("#operations-experiments-create_experiment")
        operation.get_by_role("button").first.click()
        operation.get_by_role("button", name="Try it out").click()
        operation.get_by_role("button", name="Execute").click()
        expect(operation.locator(".live-responses-table tbody .response-col_status")).to_contain_text("201")
    assert Experiment.objects.get().name == "Digits, first try"
