"""Words explained where they stand, help beside the filter, and the tour: by mouse, by keyboard and by finger."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.test_every_page import axe_violations
from tests.visualize.conftest import Open
from tests.visualize.searches import made_search
from visualize.style.glossary import TERMS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARD = "#word-card"
OUTLINE = 6.0
"""Pixels that a tour's frame stands out from what it is about."""
SEEN = 200.0
"""Pixels of a framed part, from its top, that the tour's card leaves free."""
MEANING = {row.name: row.meaning for row in TERMS}


def test_hovering_shows_the_sentence_and_leaving_hides_it(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/experiments/new/")
    page.locator("a.term", has_text="tournament").first.hover()
    expect(page.locator(CARD)).to_be_visible()
    expect(page.locator(CARD)).to_contain_text(MEANING["tournament"])
    page.locator(CARD).hover()  # the pointer may go and read it
    expect(page.locator(CARD)).to_be_visible()
    assert axe_violations(page) == ""
    page.mouse.move(2, 2)
    expect(page.locator(CARD)).to_have_count(0)


def test_a_click_explains_and_does_not_leave_the_page(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/experiments/new/")
    page.locator("a.term", has_text="protocol").first.click()
    expect(page.locator(CARD)).to_contain_text(MEANING["protocol"])
    assert page.url.endswith("/experiments/new/")
    page.get_by_role("link", name="In the glossary").click()
    page.wait_for_url("**/help/#protocol")


def test_by_keyboard_focus_shows_tab_leads_in_and_escape_comes_back(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/experiments/new/")
    word = page.locator("a.term", has_text="space").first
    for _ in range(20):
        page.keyboard.press("Tab")
        if word.evaluate("element => element === document.activeElement"):
            break
    expect(page.locator(CARD)).to_contain_text(MEANING["search space"])
    expect(word).to_have_attribute("aria-describedby", "word-meaning")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="In the glossary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_have_count(0)
    expect(word).to_be_focused()


def test_a_tap_explains_within_the_screen_of_a_phone(new_context: Open, live_server: LiveServer) -> None:
    context = new_context(390, has_touch=True, is_mobile=True, device_scale_factor=2, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{live_server.url}/experiments/new/")
    page.locator("a.term", has_text="multiply-adds").first.tap()
    expect(page.locator(CARD)).to_be_in_viewport(ratio=1)
    page.locator("h1").tap()
    expect(page.locator(CARD)).to_have_count(0)
    assert page.url.endswith("/experiments/new/")


def test_the_fields_of_the_filter_are_told_beside_it(page: Page, live_server: LiveServer) -> None:
    experiment = made_search(3)
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    page.locator("#filter-help-button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#filter-help")).to_contain_text("params<2M")
    assert axe_violations(page) == ""
    page.keyboard.press("Escape")
    expect(page.locator("#filter-help")).to_be_hidden()
    expect(page.locator("#filter-help-button")).to_be_focused()


def test_the_tour_has_five_stops_on_the_real_pages(page: Page, live_server: LiveServer) -> None:
    made_search(8)
    page.goto(f"{live_server.url}/experiments/")
    page.get_by_role("link", name="Take the tour").click()
    for number in range(1, 6):
        card = page.locator(".tour")
        expect(card).to_contain_text(f"{number} of 5")
        expect(card).to_be_focused()
        page.get_by_role("button", name="Done" if number == 5 else "Next", exact=True).press("Enter")
    expect(page.locator(".tour")).to_have_count(0)
    page.goto(f"{live_server.url}/experiments/")
    expect(page.locator("[data-tour-offer]")).to_be_hidden()


@pytest.mark.parametrize("width,scale", [(1280, 2), (390, 2)])
def test_each_frame_of_the_tour_stands_on_the_screen_with_its_beginning_to_be_seen(
    new_context: Open, live_server: LiveServer, width: int, scale: int
) -> None:
    made_search(8)
    page = new_context(width=width, device_scale_factor=scale).new_page()
    page.goto(f"{live_server.url}/experiments/")
    page.get_by_role("link", name="Take the tour").click()
    for number in range(1, 6):
        expect(page.locator(".tour")).to_contain_text(f"{number} of 5")
        page.wait_for_load_state("load")
        frame, card = page.locator(".tour-mark").bounding_box(), page.locator(".tour").bounding_box()
        assert frame is not None
        assert card is not None
        assert frame["x"] >= OUTLINE, number
        assert frame["x"] + frame["width"] <= width - OUTLINE, number
        assert frame["y"] >= OUTLINE, number
        ends_above = card["y"] + card["height"] <= frame["y"]
        assert ends_above or card["y"] >= frame["y"] + min(frame["height"], SEEN), number
        page.get_by_role("button", name="Done" if number == 5 else "Next", exact=True).press("Enter")


def test_the_tour_is_skipped_for_ever(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/experiments/")
    page.get_by_role("button", name="Skip for ever").click()
    expect(page.locator("[data-tour-offer]")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-tour-offer]")).to_be_hidden()


def test_without_a_search_the_tour_ends_in_the_editor(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/help/")
    page.get_by_role("link", name="Take the tour").click()
    expect(page.locator(".tour")).to_contain_text("1 of 5")
    assert axe_violations(page) == ""
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_url("**/editor/")
    expect(page.locator(".tour")).to_contain_text("5 of 5")
