"""Equal networks are folded and unfolded by mouse, by keyboard and by finger."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.browser.test_every_page import axe_violations
from tests.search.populations import Population
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS = ".population-table tbody tr"


@pytest.fixture
def experiment() -> Experiment:
    population = Population()
    for fitness, network in ((0.9, "aa"), (0.9, "aa"), (0.8, "bb"), (0.9, "aa")):
        population.add(fitness, network=network)
    return population.experiment


def opened(page: Page, live_server: LiveServer, experiment: Experiment) -> Page:
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    expect(page.locator(ROWS)).to_have_count(2)
    return page


def test_a_click_unfolds_and_the_address_keeps_it(
    page: Page, live_server: LiveServer, experiment: Experiment
) -> None:
    opened(page, live_server, experiment)
    page.get_by_role("link", name="and 2 twins").click()
    expect(page.locator(ROWS)).to_have_count(4)
    expect(page.locator("tr.twin")).to_have_count(2)
    page.reload()
    expect(page.locator(ROWS)).to_have_count(4)
    assert axe_violations(page) == ""
    page.get_by_role("link", name="and 2 twins").click()
    expect(page.locator(ROWS)).to_have_count(2)


def test_by_keyboard_the_focus_stays_where_it_was(
    page: Page, live_server: LiveServer, experiment: Experiment
) -> None:
    opened(page, live_server, experiment)
    page.locator("#twins-0").focus()
    page.keyboard.press("Enter")
    expect(page.locator(ROWS)).to_have_count(4)
    expect(page.locator("#twins-0")).to_be_focused()
    page.locator("#rows-individuals").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#rows-individuals")).to_have_attribute("aria-current", "true")
    expect(page.locator(ROWS)).to_have_count(4)
    expect(page.locator("tr.twin")).to_have_count(0)


def test_by_finger_on_a_phone_nothing_scrolls_sideways(
    new_context: Open, live_server: LiveServer, experiment: Experiment
) -> None:
    context = new_context(390, has_touch=True, is_mobile=True, device_scale_factor=2, color_scheme="dark")
    page = opened(context.new_page(), live_server, experiment)
    page.locator("#twins-0").tap()
    expect(page.locator(ROWS)).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
