"""What is done daily outside of charts, by keys alone and by a finger: the editor, the map, the launch, messages, the
tour."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.browser.test_every_page import holds_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EDITOR = "/experiments/{finished}/individuals/{best}/edit/?motif=L2-M3"
EDGES = ".level-canvas:not([hidden]) g.edge"
ESTIMATE = "#estimate .notice.warn"


def test_an_edit_is_marked_in_the_drawing_and_in_the_matrix_beside_it(
    desk: Page, phone: Page, site: Site
) -> None:
    desk.goto(site.at(EDITOR))
    edge = desk.locator(EDGES).first
    other = "3" if edge.get_attribute("data-operation") != "3" else "4"
    edge.focus()
    desk.keyboard.press(other)
    expect(desk.locator(f"{EDGES}.edited")).to_have_attribute("aria-label", re.compile("edited, before: "))
    expect(desk.locator("#matrix td.edited")).to_have_attribute("title", re.compile("^before: "))
    canvas, matrix = (desk.locator(part).bounding_box() for part in (".canvas", ".matrix-panel"))
    assert canvas is not None
    assert matrix is not None
    assert matrix["x"] > canvas["x"] + canvas["width"]
    assert matrix["y"] == pytest.approx(canvas["y"], abs=2)
    holds_up(desk)
    desk.keyboard.press("Control+z")
    expect(desk.locator(".edited")).to_have_count(0)

    phone.goto(site.at(EDITOR))
    phone.locator(f"{EDGES} .pill").first.tap()
    phone.locator(".op-menu:popover-open [role=menuitemradio]:not([aria-checked=true])").nth(1).tap()
    expect(phone.locator(f"{EDGES}.edited")).to_have_count(1)
    expect(phone.locator("#matrix td.edited")).to_have_count(1)
    holds_up(phone)
    phone.locator("[data-act=undo]").tap()
    expect(phone.locator("#matrix td.edited")).to_have_count(0)


def test_the_map_leads_to_a_network_and_to_all_of_a_place(desk: Page, phone: Page, site: Site) -> None:
    desk.goto(site.at("/experiments/{finished}/map/"))
    desk.locator(".elites td a").first.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/individuals/*/")
    phone.goto(site.at("/experiments/{finished}/map/"))
    phone.locator(".elites td .of").first.tap()
    expect(phone.locator("#population-query")).to_have_value(re.compile("^params>="))
    holds_up(phone)


def test_a_launch_that_leaves_nothing_to_the_strategy_is_warned_of(
    desk: Page, phone: Page, site: Site
) -> None:
    for page in (desk, phone):
        page.goto(site.at("/experiments/new/"))
        page.get_by_label("Networks to try").focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("5")
        expect(page.locator(ESTIMATE).first).to_contain_text("initial population")
        holds_up(page)


def test_a_message_pushes_nothing_fades_and_is_closed(desk: Page, site: Site) -> None:
    desk.clock.install()
    desk.goto(site.at("/experiments/new/"))
    desk.locator("#id_name").press("Enter")
    expect(desk.locator("h1 + .badge")).to_have_text("Running")
    message, heading = desk.locator(".messages .notice"), desk.locator("h1")
    for button in ("#pause", "#resume"):
        desk.locator(button).focus()
        desk.keyboard.press("Enter")
        expect(message).to_be_visible()
        place = heading.bounding_box()
        if button == "#pause":
            desk.get_by_role("button", name="Close this message").focus()
            desk.keyboard.press("Enter")
        else:
            desk.locator("body").evaluate("() => document.activeElement.blur()")
            desk.clock.run_for(12_000)
        expect(message).to_have_count(0)
        assert heading.bounding_box() == place


def test_the_tour_by_a_finger(phone: Page, site: Site) -> None:
    phone.goto(site.at("/experiments/"))
    phone.get_by_role("link", name="Take the tour").tap()
    for number in range(1, 6):
        expect(phone.locator(".tour")).to_contain_text(f"{number} of 5", timeout=15_000)
        expect(phone.locator(".tour")).to_be_in_viewport(ratio=1)
        phone.get_by_role("button", name="Done" if number == 5 else "Next", exact=True).tap()
    expect(phone.locator(".tour")).to_have_count(0)
    phone.goto(site.at("/experiments/"))
    expect(phone.locator("[data-tour-offer]")).to_be_hidden()
