"""Picking several networks and seeing them side by side, in a real browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.browser.test_every_page import axe_violations
from tests.search.searching import small_config, started, work_off
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADS = ".sides thead .of"


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def experiment(_instant: None) -> Experiment:
    return work_off(started(small_config(individuals=20), name="Twenty"))


def test_three_are_picked_by_mouse_and_a_fourth_is_added_by_keyboard(
    page: Page, live_server: LiveServer, experiment: Experiment
) -> None:
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/?sort=step&rows=individuals")
    side, diff = page.locator("#pick [data-most='6']"), page.locator("#pick [data-most='2']")
    expect(side).to_be_disabled()
    for step in (1, 2, 3):
        page.get_by_label(f"Pick #{step} to compare").check()
    expect(side).to_be_enabled()
    expect(diff).to_be_disabled()
    side.click()
    expect(page).to_have_url(re.compile(r"/diff/several/\?of=\d+/1,\d+/2,\d+/3"))
    expect(page.locator(HEADS)).to_have_text(["#1", "#2", "#3"])
    page.locator("#add").focus()
    page.keyboard.type(f"{experiment.pk}/5")
    page.keyboard.press("Enter")
    expect(page.locator(HEADS)).to_have_text(["#1", "#2", "#3", "#5"])
    page.get_by_label("Compare with #3").click()
    expect(page.locator(HEADS)).to_have_text(["#3", "#1", "#2", "#5"])
    page.get_by_label("Take #1 away").focus()
    page.keyboard.press("Enter")
    expect(page.locator(HEADS)).to_have_text(["#3", "#2", "#5"])
    assert axe_violations(page) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_columns_scroll_in_their_region(
    new_context: Open, live_server: LiveServer, experiment: Experiment, scheme: str
) -> None:
    phone = new_context(390, has_touch=True, is_mobile=True, color_scheme=scheme).new_page()
    phone.goto(f"{live_server.url}/experiments/{experiment.pk}/pareto/")
    boxes = phone.locator("#front [name=pick]")
    for place in range(min(2, boxes.count())):
        boxes.nth(place).tap()
    phone.goto(
        f"{live_server.url}/diff/several/?of={experiment.pk}/1,{experiment.pk}/2,{experiment.pk}/3,liu2018"
    )
    region = phone.get_by_role("region", name="Columns")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert region.evaluate("region => region.scrollWidth > region.clientWidth")
    label = phone.locator(".sides th[scope=row]").first
    before = label.bounding_box()
    region.evaluate("region => region.scrollBy(400, 0)")
    assert label.bounding_box() == before
    assert axe_violations(phone) == ""
    phone.get_by_label("Take #2 away").tap()
    expect(phone.locator(HEADS)).to_have_count(3)
