"""Accounts as a person meets them: log in, make a token, let somebody in, log out; every page looked over."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import ApiToken, Experiment
from tests.access.conftest import PASSWORD
from tests.browser.chromium import DESKTOP, PHONE, quiet_context
from tests.browser.test_every_page import BEYOND_THE_EDGE, axe_violations
from tests.visualize.conftest import browser as browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LOOKS = [
    pytest.param({"viewport": DESKTOP, "color_scheme": "light"}, id="desk, light"),
    pytest.param({"viewport": PHONE, "color_scheme": "dark"}, id="phone, dark"),
]


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    with quiet_context(
        browser, expected="status of 403", base_url=live_server.url, **request.param
    ) as context:
        yield context.new_page()


def log_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def look_over(page: Page) -> None:
    assert page.evaluate(BEYOND_THE_EDGE) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = axe_violations(page)
    assert not found, found


def test_from_the_login_to_the_logout(page: Page, search: Experiment, people: dict[str, Any]) -> None:
    page.goto(f"/experiments/{search.pk}/")
    look_over(page)
    log_in(page, "admin", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    look_over(page)
    log_in(page, "admin")
    expect(page.locator("h1")).to_have_text("Finished search")

    page.get_by_role("link", name="Account of admin").click()
    page.get_by_label("Name").fill("Notebook")
    page.get_by_role("button", name="Make a token").click()
    shown = page.locator("#new-token").inner_text()
    assert shown.startswith(ApiToken.objects.get().prefix)
    look_over(page)

    page.get_by_role("link", name="People").click()
    page.get_by_label("Name").fill("ada")
    page.get_by_role("button", name="Make the account").click()
    password = page.locator("#new-password").inner_text()
    look_over(page)

    page.get_by_role("link", name="Account of admin").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("is revoked")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    log_in(page, "ada", password)
    expect(page.get_by_role("link", name="Account of ada")).to_be_visible()
    page.goto("/people/")
    expect(page.locator("h1")).to_have_text("Not allowed")
    look_over(page)


def test_the_editor_asks_as_who_is_logged_in(page: Page, search: Experiment, people: dict[str, Any]) -> None:
    """Its requests carry the CSRF token, or the numbers would stay as they were."""
    page.goto(f"/login/?next=/experiments/{search.pk}/individuals/3/edit/")
    log_in(page, "viewer")
    with page.expect_response("**/api/v1/genotypes/preview") as answered:
        page.locator("select[name^='e']").first.select_option(index=0)
    assert answered.value.status == 200
