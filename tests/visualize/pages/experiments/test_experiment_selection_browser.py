"""The list of experiments in a real browser: sorted and ticked by mouse, keyboard and finger."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.browser.test_every_page import axe_violations
from tests.visualize.conftest import Open
from tests.visualize.searches import made_search

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOXES = "tbody [name=pick]"
STATUS = "#selection [role=status]"


@pytest.fixture(autouse=True)
def _thirty(live_server: LiveServer) -> None:
    for number in range(30):
        made_search(2 + number, name=f"Search {number:02}", state="running" if number % 2 else "finished")


def test_a_heading_sorts_in_place_and_the_filter_keeps_the_order(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/experiments/")
    page.locator("#sort-best").click()
    expect(page).to_have_url(re.compile(r"sort=-best"))
    expect(page.locator("tbody th a").first).to_have_text("Search 29")
    expect(page.locator("[aria-sort=descending] #sort-best")).to_be_visible()
    page.locator("#filter-name").fill("Search 0")
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page.locator("tbody th a").first).to_have_text("Search 09")
    expect(page).to_have_url(re.compile(r"sort=-best"))


def test_a_range_is_ticked_with_shift_and_stays_over_pages(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/experiments/?sort=name")
    expect(page.locator("#selection [value=pause]")).to_be_hidden()
    boxes = page.locator(BOXES)
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator(STATUS)).to_have_text("4 selected")
    page.locator("a[rel=next]").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.locator(STATUS)).to_have_text("4 selected, 4 of them not on this page")
    page.locator("#select-all").click()
    expect(page.locator(STATUS)).to_have_text("9 selected, 4 of them not on this page")
    page.locator("#select-all").click()
    assert axe_violations(page) == ""
    page.locator("#selection [value=pause]").click()
    expect(page.locator(".messages")).to_contain_text("Paused 2 experiments.")
    assert sorted(Experiment.objects.filter(state="paused").values_list("name", flat=True)) == [
        "Search 01",
        "Search 03",
    ]
    expect(page).to_have_url(re.compile(r"sort=name.*page=2"))


def test_by_keyboard_rows_are_ticked_and_compared(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/experiments/?sort=name")
    for key in ("j", "x", "j", "j"):
        page.keyboard.press(key)
    expect(page.locator(STATUS)).to_have_text("1 selected")
    page.locator(BOXES).nth(2).focus()
    page.keyboard.press("Shift+Space")
    expect(page.locator(STATUS)).to_have_text("3 selected")
    page.locator("#selection [value=compare]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/?experiments=*")
    expect(page.locator("h1")).to_contain_text("Compare")
    page.go_back()
    page.locator("#selection [data-clear]").click()
    expect(page.locator(STATUS)).to_contain_text("Tick experiments")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_finger_on_a_phone_sorts_ticks_and_deletes(
    new_context: Open, live_server: LiveServer, scheme: str
) -> None:
    phone = new_context(390, has_touch=True, is_mobile=True, color_scheme=scheme).new_page()
    phone.goto(f"{live_server.url}/experiments/?sort=name")
    phone.locator("#sort-started").tap()
    expect(phone.locator("[aria-sort] #sort-started")).to_be_visible()
    phone.locator("#sort-name").tap()
    expect(phone.locator("[aria-sort] #sort-name")).to_be_visible()
    phone.locator(BOXES).nth(0).tap()
    phone.locator(BOXES).nth(2).tap()
    expect(phone.locator(STATUS)).to_have_text("2 selected")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert axe_violations(phone) == ""
    phone.locator("#selection [value=delete]").tap()
    expect(phone.locator("h1")).to_contain_text("Delete 2 experiments?")
    assert axe_violations(phone) == ""
    phone.locator("#confirmed").fill("2")
    phone.locator(".danger").tap()
    expect(phone.locator(".messages")).to_contain_text("Deleted 2 experiments.")
    assert Experiment.objects.count() == 28


def test_without_scripts_the_ticks_of_the_page_are_sent(new_context: Open, live_server: LiveServer) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/experiments/?sort=name")
    page.locator(BOXES).nth(1).check()
    page.locator("#selection [value=stop]").click()
    expect(page.locator("h1")).to_contain_text("Stop 1 experiment?")
    page.locator(".danger").click()
    expect(page.locator(".messages")).to_contain_text("Stopped 1 experiment.")
