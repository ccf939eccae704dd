"""The motif editor by mouse and by keyboard alone, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.evolution.networks.phenotype import build_phenotype
from search.services.proposing.genotypes import store_genotype
from tests.visualize.editor_steps import BOXES, answered, drag, edge, now, opened
from tests.visualize.pictures import PAPER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: LiveServer) -> str:
    store_genotype(PAPER, build_phenotype(PAPER))
    return f"{live_server.url}/genotypes/{PAPER.key}/edit/"


def test_an_edge_gets_its_operation_from_a_menu_and_nothing_moves(page: Page, address: str) -> None:
    opened(page, f"{address}?motif=L2-M1")
    before, boxes = now(page), page.evaluate(BOXES)
    page.click("#L2-M1-e1-3 .pill-text")
    menu = page.get_by_role("menu", name="in → 3")
    expect(menu.get_by_role("menuitemradio", name="conv 1×1")).to_be_checked()
    with answered(page):
        menu.get_by_role("menuitemradio", name="max 3×3").click()
    expect(edge(page, "L2-M1-e1-3")).to_have_attribute("aria-label", re.compile("^in to 3: max 3×3"))
    expect(edge(page, "L2-M1-e1-3")).to_have_class(re.compile(r"\bop-max3x3\b"))
    expect(edge(page, "L2-M1-e1-3")).to_be_focused()
    assert now(page) == before.with_edge(2, 1, 3, 1, 4)
    assert page.evaluate(BOXES) == boxes
    expect(page.locator("[data-field=changes]")).to_contain_text("1 change from genotype")
    expect(page.locator("[data-number=parameters] .change")).to_have_text(re.compile(r"^−[\d,]+$"))
    expect(page.locator("[data-field=said]")).to_contain_text("M1, in to 3: max 3×3")


def test_an_absent_edge_is_added_at_its_plus_and_taken_away_in_the_menu(page: Page, address: str) -> None:
    opened(page, f"{address}?motif=L2-M1")
    for operation in ("no edge", "identity", "no edge"):
        page.click("#L2-M1-e1-4 .pill")
        with answered(page):
            page.get_by_role("menuitemradio", name=operation).click()
        ghost = "ghost" in (edge(page, "L2-M1-e1-4").get_attribute("class") or "")
        assert ghost == (operation == "no edge")
    assert now(page).edge(2, 1, 4, 1) == 0


@pytest.mark.parametrize("start,end", [("L2-M1-n1", "L2-M1-n4"), ("L2-M1-n4", "L2-M1-n1")])
def test_a_drag_from_node_to_node_sets_the_edge_between_them_either_way(
    page: Page, address: str, start: str, end: str
) -> None:
    opened(page, f"{address}?motif=L2-M1")
    drag(page, start, end)
    menu = page.get_by_role("menu", name="in → out")
    expect(menu).to_be_visible()
    with answered(page):
        menu.get_by_role("menuitemradio", name="identity").click()
    assert now(page) == PAPER.with_edge(2, 1, 4, 1, 6)


def test_a_drag_to_nowhere_or_back_changes_nothing(page: Page, address: str) -> None:
    opened(page, f"{address}?motif=L2-M1")
    drag(page, "L2-M1-n2", "L2-M1-n2")
    box = page.locator("#L2-M1-n2 .disc").bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] - 90, steps=4)
    expect(page.locator(".trace")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".trace")).to_have_count(0)
    page.mouse.up()
    expect(page.locator(":popover-open")).to_have_count(0)
    assert now(page) == PAPER


def test_a_menu_closes_on_escape_and_on_a_click_elsewhere(page: Page, address: str) -> None:
    opened(page, address)
    page.click("#L3-M1-e1-5 .pill")
    page.keyboard.press("Escape")
    expect(page.locator(":popover-open")).to_have_count(0)
    expect(edge(page, "L3-M1-e1-5")).to_be_focused()
    page.click("#L3-M1-e1-5 .pill")
    page.click("h1")
    expect(page.locator(":popover-open")).to_have_count(0)
    assert now(page) == PAPER


def test_the_matrix_and_the_drawing_are_one(page: Page, address: str) -> None:
    opened(page, f"{address}?motif=L2-M1")
    with answered(page):
        page.select_option("#choice-L2-M1-e2-3", label="sep")
    expect(edge(page, "L2-M1-e2-3")).to_have_class(re.compile(r"\bop-sep3x3\b"))
    with answered(page):
        edge(page, "L2-M1-e2-3").press("6")
    expect(page.locator("#choice-L2-M1-e2-3")).to_have_value("6")
    expect(page.locator("td:has(> #choice-L2-M1-e2-3)")).to_have_class(re.compile("op-identity"))


def test_the_cell_leads_to_the_motif_on_its_edge(page: Page, address: str) -> None:
    opened(page, address)
    page.click("#L3-M1-e1-2 .pill")
    page.get_by_role("menuitem", name="Edit M5").click()
    expect(page.locator("[data-field=title]")).to_have_text("Motif M5")
    expect(page.locator("#L2-M5-e1-2")).to_be_visible()
    assert "motif=L2-M5" in page.url


def test_a_whole_edit_by_keyboard_alone(page: Page, address: str) -> None:
    """From the head of the page to the question whether to evaluate, with the arrows inside the drawing."""
    opened(page, f"{address}?motif=L2-M1")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('edge')"):
            break
    expect(edge(page, "L2-M1-e1-2")).to_be_focused()
    for key, reached in (
        ("ArrowRight", "L2-M1-e2-3"),
        ("End", "L2-M1-e3-4"),
        ("Home", "L2-M1-e1-2"),
        ("ArrowLeft", "L2-M1-e1-2"),
        ("ArrowUp", "L2-M1-e1-3"),
        ("ArrowRight", "L2-M1-e2-4"),
        ("ArrowUp", "L2-M1-e1-4"),
        ("ArrowUp", "L2-M1-e1-4"),
        ("ArrowDown", "L2-M1-e1-3"),
        ("ArrowRight", "L2-M1-e2-4"),
    ):
        page.keyboard.press(key)
        expect(edge(page, reached)).to_be_focused()
    page.keyboard.press("4")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu", name="in → out")).to_be_visible()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    with answered(page):
        page.keyboard.press("Enter")
    expect(edge(page, "L2-M1-e1-4")).to_be_focused()
    wanted = PAPER.with_edge(2, 1, 4, 2, 4).with_edge(2, 1, 3, 1, 0).with_edge(2, 1, 4, 1, 2)
    assert now(page) == wanted
    page.keyboard.press("Control+z")
    expect(edge(page, "L2-M1-e1-4")).to_be_focused()
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Tab")
    expect(edge(page, "L2-M1-e1-4")).not_to_be_focused()  # the drawing is one stop
    assert not page.evaluate("document.activeElement.classList.contains('edge')")
    page.locator("[data-act=evaluate]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Evaluate this genotype")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-act=evaluate]")).to_be_focused()
    assert now(page) == wanted


def test_keys_inside_the_menu_choose_too(page: Page, address: str) -> None:
    opened(page, f"{address}?motif=L2-M1")
    for key, operation in (("5", 5), ("Backspace", 0), ("1", 1)):
        edge(page, "L2-M1-e1-4").focus()
        page.keyboard.press("Enter")
        with answered(page):
            page.keyboard.press(key)
        assert now(page).edge(2, 1, 4, 1) == operation
