"""The motif editor on a phone."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from search.evolution.networks.phenotype import build_phenotype
from search.services.proposing.genotypes import store_genotype
from tests.visualize.conftest import Open
from tests.visualize.editor_steps import answered, now, opened
from tests.visualize.pictures import FOUR_LEVELS, PAPER, some_genotype

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: LiveServer) -> str:
    store_genotype(PAPER, build_phenotype(PAPER))
    return f"{live_server.url}/genotypes/{PAPER.key}/edit/"


def test_a_finger_drags_from_node_to_node_and_chooses_below(new_context: Open, address: str) -> None:
    context = new_context(width=390, has_touch=True, is_mobile=True)
    page = opened(context.new_page(), f"{address}?motif=L2-M1")
    page.locator("#L2-M1-n1").scroll_into_view_if_needed()
    boxes = [page.locator(f"#L2-M1-n{node} .disc").bounding_box() for node in (1, 4)]
    (x, y), (to_x, to_y) = [
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box
    ]
    touch = context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x + (to_x - x) * step / 8, "y": y + (to_y - y) * step / 8 + 10}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    page.wait_for_timeout(200)  # a finger comes to rest; one that flies off makes the next tap a brake
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": to_x, "y": to_y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    sheet = page.get_by_role("menu", name="in → out")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box
    assert (round(box["x"]), round(box["width"]), round(box["y"] + box["height"])) == (0, 390, 900)
    with answered(page):
        sheet.get_by_role("menuitemradio", name="dw 3×3").tap()
    assert now(page) == PAPER.with_edge(2, 1, 4, 1, 2)
    assert page.evaluate("scrollX") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_tap_on_an_edge_opens_its_menu_and_a_tap_beside_closes_it(new_context: Open, address: str) -> None:
    page = opened(new_context(width=390, has_touch=True, is_mobile=True).new_page(), address)
    page.locator("#L3-M1-e1-5 .pill").tap()
    expect(page.get_by_role("menu", name="in → out")).to_be_visible()
    page.touchscreen.tap(195, 20)
    expect(page.locator(":popover-open")).to_have_count(0)


def test_everything_that_a_finger_must_hit_is_large_enough_for_it(new_context: Open, address: str) -> None:
    page = opened(new_context(width=390, has_touch=True, is_mobile=True).new_page(), address)
    for name in ("L3-M1-e1-2", "L3-M1-e2-5"):
        box = page.locator(f"#{name} .reach").bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 28
    for control in page.locator(".motif-chip, .editor-tools .button, .choices select:visible").all():
        box = control.bounding_box()
        assert box
        assert box["height"] >= 40


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone(new_context: Open, live_server: LiveServer, theme: str) -> None:
    page = new_context(width=390, color_scheme=theme).new_page()
    for space in ("hierarchical", "flat", FOUR_LEVELS):
        genotype = some_genotype(space)
        store_genotype(genotype, build_phenotype(genotype))
        for motif in ("L2-M1", f"L{genotype.space.top}-M1"):
            opened(page, f"{live_server.url}/genotypes/{genotype.key}/edit/?motif={motif}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, (space, motif)
    page.goto(f"{live_server.url}/editor/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
