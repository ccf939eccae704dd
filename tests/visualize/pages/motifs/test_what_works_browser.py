"""Parallel coordinates as a person uses them: a drag bounds an axis, a click frees it, line and row are pointed at
together."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.search.populations import Population
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: LiveServer) -> str:
    population = Population()
    for step in range(10):
        population.add(0.5 + step / 25, network=f"n{step}", parameters=1000 * (step + 1))
    return f"{live_server.url}/experiments/{population.experiment.pk}/what-works/"


def test_a_drag_bounds_an_axis_and_a_click_frees_it(page: Page, address: str) -> None:
    page.goto(address)
    grip = page.locator('.axis[data-word="params"] .grip')
    box = grip.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 1)
    page.mouse.down()
    page.mouse.move(middle, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(page.locator("#parallel-query")).to_have_value(re.compile(r"^params>=5\d\d\d$"))
    expect(page.locator("#parallel tbody tr")).to_have_count(5)
    expect(page).to_have_url(re.compile("q=params"))
    grip.click()
    expect(page.locator("#parallel tbody tr")).to_have_count(10)


def test_a_row_points_at_its_line(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#parallel tbody tr").first.hover()
    expect(page.locator('path[data-step="9"]')).to_have_class(re.compile("pointed"))


def test_without_scripts_the_filter_is_a_form(new_context: Open, address: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(address)
    page.locator("#parallel-query").fill("params<=3000")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#parallel tbody tr")).to_have_count(3)
