"""On every screen, of scale 1 and 2, light and dark, on a desk and at 390 pixels: what curves must tell, and thousands
of rows that stay a page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import DESKTOP, PHONE, quiet_context
from tests.browser.site import Site
from tests.browser.test_every_page import holds_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PER_PAGE = 25
SVG = "{http://www.w3.org/2000/svg}"
SIZES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
WRITTEN = """() => {
  window.written = {};
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    window.written[text] = parseFloat(this.font.match(/([\\d.]+)px/)[1]) / devicePixelRatio;
    document.documentElement.dataset.written = Object.keys(window.written).join();
    return fillText.call(this, text, ...place);
  };
}"""
"""What is written on canvases, and how large, in pixels of the page."""
PAINTED = """() => {
  const { uplot } = document.querySelector("[data-plot=fitness]");
  const { left, top, width, height } = uplot.bbox;
  const all = uplot.ctx.getImageData(0, 0, uplot.ctx.canvas.width, uplot.ctx.canvas.height);
  const at = (x, y) => {
    const place = 4 * (Math.round(y) * all.width + Math.round(x));
    return [...all.data.slice(place, place + 4)];
  };
  const failed = uplot.series.findIndex(({ label }) => label === "failed");
  const row = uplot.data[failed].findIndex((value) => value !== null && value !== undefined);
  const x = uplot.valToPos(uplot.data[0][row], "x", true);
  const token = (name) => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.color = `var(${name})`;
    return [...getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number).slice(0, 3), 255];
  };
  return {
    initial: at(left + 3, top + 3),
    shade: token("--surface-2"),
    later: at(left + width - 3, top + 3),
    tick: [-1, 0].map((beside) => at(x + beside, top + height - 4)),
    error: token("--err"),
    failures: uplot.data[failed].filter((value) => value !== null && value !== undefined).length,
  };
}"""


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    size, scheme, scale = request.param.split()
    with quiet_context(
        browser, color_scheme=scheme, device_scale_factor=int(scale), **SIZES[size]
    ) as context:
        yield context.new_page()


def on(*screens: str) -> pytest.MarkDecorator:
    """Size, colours and pixels of the screen for a pixel of the page."""
    return pytest.mark.parametrize("page", screens, indirect=True)


@on("desk light 1", "desk dark 2", "phone light 1", "phone dark 2")
def test_curves_show_their_axes_the_initial_population_and_failures(
    page: Page, site: Site, tmp_path: Path
) -> None:
    page.add_init_script(f"({WRITTEN})()")
    page.goto(site.at("/experiments/{finished}/"))
    expect(page.locator("#curves")).to_have_attribute("data-state", "done")
    expect(page.locator("html")).to_have_attribute("data-written", re.compile("parameters"))
    written = page.evaluate("window.written")
    for axis in ("evolution step", "validation accuracy", "parameters"):
        assert written[axis] >= 12
    painted = page.evaluate(PAINTED)
    assert painted["initial"] == painted["shade"]
    assert painted["later"] != painted["shade"]
    assert any(near(tick, painted["error"]) for tick in painted["tick"]), painted
    expect(page.locator("[data-plot=fitness][aria-label]")).to_have_attribute(
        "aria-label",
        re.compile(f"first 12 steps, the initial population.*edge: {painted['failures']} failed"),
    )

    page.get_by_label("Save the chart as a file").click()
    with page.expect_download() as download:
        page.get_by_label("Fitness per evolution step as SVG").click()
    download.value.save_as(tmp_path / "curves.svg")
    drawing = ElementTree.parse(tmp_path / "curves.svg").getroot()
    assert {"evolution step", "validation accuracy"} <= {each.text for each in drawing.iter(f"{SVG}text")}
    named = {title.text: each for each in drawing for title in each.iter(f"{SVG}title")}
    assert float(named["initial population"].get("width", "0")) > 20
    assert named["failed"].get("d", "").count("M") == painted["failures"]
    assert {"best so far", "median", "fitness"} <= set(named)


def near(colour: list[int], other: list[int]) -> bool:
    """As near as the edge of a line is to its middle."""
    return all(abs(one - two) < 100 for one, two in zip(colour, other, strict=True))


@on("desk light 2", "desk dark 2", "phone dark 2")
def test_seven_thousand_rows_fold_and_are_leafed_through(page: Page, site: Site) -> None:
    page.goto(site.at("/experiments/{large}/"))
    rows = page.locator(".population-table tbody tr")
    expect(rows).to_have_count(PER_PAGE)
    fits = page.locator(".population-table").evaluate(
        "({ parentElement: { scrollWidth, clientWidth } }) => scrollWidth <= clientWidth"
    )
    assert fits
    expect(page.locator(".population-table th.wide-only").first).to_be_visible(
        visible=page.viewport_size != PHONE
    )
    page.locator(".twins").first.click()
    expect(page.locator("tr.twin")).not_to_have_count(0)
    holds_up(page)
    page.locator("#rows-individuals").click()
    expect(page.locator("tr.twin")).to_have_count(0)
    page.locator("#population-next").click()
    expect(page.locator(".page-number")).to_contain_text("page 2 of")
    expect(rows).to_have_count(PER_PAGE)
    holds_up(page)
