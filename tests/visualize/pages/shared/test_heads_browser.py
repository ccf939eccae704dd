"""Where the content of a page begins below its head, on every tab of an experiment and of an individual."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.browser.test_every_page import axe_violations
from tests.search.searching import small_config, started, work_off
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESKTOP, PHONE = 200, 290
"""Pixels from the upper edge; a phone shows 844 and has the site's own two rows first."""
TABS = ("Overview", "What works", "Pareto", "Map", "Motifs", "Mutations", "Strategy", "Test scores")
VIEWS = 7
"""Tabs of an individual, at least."""
END = "document.querySelector('.sticky-head').getBoundingClientRect().bottom + scrollY"


@pytest.fixture
def finished(settings: Any) -> Experiment:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"
    name = (
        "A search whose name is rather long, as names of searches tend to be, with its date of November 2026"
    )
    return work_off(started(small_config(individuals=14), name=name))


def tab_links(page: Page) -> dict[str, str]:
    links = page.locator(".sticky-head .tabs a").all()
    return {link.inner_text(): link.get_attribute("href") or "" for link in links}


@pytest.mark.parametrize("width, height, limit", [(1280, 900, DESKTOP), (390, 844, PHONE)])
def test_content_begins_early_on_every_tab(
    new_context: Open, live_server: LiveServer, finished: Experiment, width: int, height: int, limit: int
) -> None:
    phone = width < 400
    page = new_context(width, has_touch=phone, is_mobile=phone).new_page()
    page.set_viewport_size({"width": width, "height": height})
    best = finished.best
    assert best is not None
    late = {}
    for start in (f"/experiments/{finished.pk}/", f"/experiments/{finished.pk}/individuals/{best.step}/"):
        page.goto(live_server.url + start)
        found = tab_links(page)
        assert set(TABS) <= set(found) or len(found) >= VIEWS
        for name, href in found.items():
            if "/compare/" in href:
                continue
            page.goto(live_server.url + href)
            end = page.evaluate(END)
            if end > limit:
                late[name] = end
            assert page.evaluate("document.documentElement.scrollWidth") == width
            expect(page.locator(".tabs [aria-current=page]")).to_be_in_viewport(ratio=0.9)
    assert late == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_actions_are_a_sheet_by_finger_and_by_keyboard(
    new_context: Open, live_server: LiveServer, finished: Experiment, scheme: str
) -> None:
    page = new_context(390, has_touch=True, is_mobile=True, color_scheme=scheme).new_page()
    page.goto(f"{live_server.url}/experiments/{finished.pk}/")
    clone = page.locator("#clone")
    expect(clone).to_be_hidden()
    page.get_by_role("button", name="Actions").tap()
    expect(clone).to_be_visible()
    assert axe_violations(page) == ""
    page.keyboard.press("Escape")
    expect(clone).to_be_hidden()
    page.get_by_role("button", name="Actions").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#extend")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#extend-dialog")).to_be_visible()
    page.get_by_role("button", name="Extend the search").tap()
    expect(page.locator(".page-head .badge")).to_have_text("Running")
    page.goto(f"{live_server.url}/experiments/{finished.pk}/individuals/3/")
    page.locator("a[rel=next]").tap()
    page.wait_for_url("**/individuals/4/**")
    page.get_by_role("button", name="Actions").tap()
    page.get_by_role("link", name="Edit a copy").tap()
    page.wait_for_url("**/edit/**")


def test_on_a_phone_the_sheet_opens_without_scripts(
    new_context: Open, live_server: LiveServer, finished: Experiment
) -> None:
    page = new_context(390, java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/experiments/{finished.pk}/")
    page.get_by_role("button", name="Actions").click()
    page.locator("#clone").click()
    page.wait_for_url("**/new/?from=*")
