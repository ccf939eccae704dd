"""Reading the fitness curves: a drag shows a stretch larger and opens nothing, and labels are sharp on every screen."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.visualize.conftest import Open
from tests.visualize.searches import made_search

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FONTS = """() => {
  const seen = new Set();
  const proto = CanvasRenderingContext2D.prototype;
  const { get, set } = Object.getOwnPropertyDescriptor(proto, "font");
  Object.defineProperty(proto, "font", { get, set(value) { seen.add(value); set.call(this, value); } });
  window.fontsSeen = seen;
}"""


def plotted(page: Page, live_server: LiveServer) -> str:
    """A finished search with its curves drawn; the page's address."""
    experiment = made_search(60, failing=3, planned=60)
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    expect(page.locator("live-curves .u-over").first).to_be_visible()
    return page.url


def drag(page: Page, start: float, end: float) -> None:
    """Across the fitness plot, from one share of its width to another."""
    box = page.locator("live-curves .u-over").first.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + (start + end) / 2 * box["width"], middle, steps=3)
    page.mouse.move(box["x"] + end * box["width"], middle, steps=3)
    page.mouse.up()


def test_a_drag_shows_a_stretch_larger_and_opens_no_individual(page: Page, live_server: LiveServer) -> None:
    address = plotted(page, live_server)
    button = page.get_by_role("button", name="Show all steps")
    expect(button).to_be_hidden()
    drag(page, 0.3, 0.6)
    expect(button).to_be_visible()
    assert page.url == address
    button.click()
    expect(button).to_be_hidden()


def test_a_double_click_goes_back_to_all_steps(page: Page, live_server: LiveServer) -> None:
    address = plotted(page, live_server)
    drag(page, 0.2, 0.5)
    expect(page.get_by_role("button", name="Show all steps")).to_be_visible()
    box = page.locator("live-curves .u-over").first.bounding_box()
    assert box is not None
    between = (
        0.5 / 18 * box["width"]
    )  # steps 12 to 30 are shown: half a step from the first lies no individual
    page.mouse.dblclick(box["x"] + between, box["y"] + 3)
    expect(page.get_by_role("button", name="Show all steps")).to_be_hidden()
    assert page.url == address


def test_every_part_of_a_page_says_that_the_server_is_away(page: Page, live_server: LiveServer) -> None:
    plotted(page, live_server)
    page.context.set_offline(True)
    told = page.get_by_role("alert").filter(has_text="as it was last seen")
    expect(told).to_be_visible()
    page.context.set_offline(False)
    expect(told).to_be_hidden()


@pytest.mark.parametrize("scale", [1, 2])
def test_labels_of_the_axes_are_as_large_as_the_page_says(
    new_context: Open, live_server: LiveServer, scale: int
) -> None:
    """uPlot scales whole pixels alone: of "11.5px" it made 5 px on a screen of scale 2."""
    page = new_context(device_scale_factor=scale).new_page()
    page.add_init_script(f"({FONTS})()")
    plotted(page, live_server)
    fonts = page.evaluate("[...window.fontsSeen]")
    sizes = [float(found[1]) for font in fonts if (found := re.search(r"([\d.]+)px", font))]
    assert sizes
    assert min(sizes) >= 12 * scale
