"""A phone in a hand: what is done with the mouse elsewhere is done with a finger. The editor's gestures and the brush
have tests of their own (tests/visualize/pages/editor/test_editor_browser_touch.py, test_pareto_browser.py)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import PHONE, quiet_context
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INDIVIDUAL = re.compile(r"/individuals/\d+/")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with quiet_context(browser, viewport=PHONE, has_touch=True, is_mobile=True) as context:
        yield context.new_page()


def test_from_the_list_through_curves_and_population_to_a_diff(page: Page, site: Site) -> None:
    page.goto(site.at("/experiments/?name=Digits, hier"))
    page.locator("tbody th a").first.tap()
    plot = page.locator("live-curves .u-over").first
    expect(plot).to_be_visible()
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.25 * box["height"])
    tip = page.locator(".curve-tip")  # a tap names the nearest one; the tip is what opens it
    expect(tip).to_contain_text(re.compile(r"#\d+"))
    tip.tap()
    expect(page).to_have_url(INDIVIDUAL)
    page.go_back()

    page.locator("#sort-parameters").tap()
    expect(page.locator("[aria-sort] #sort-parameters")).to_be_visible()
    page.locator(".columns summary").tap()
    page.get_by_label("Origin").tap()
    page.locator(".columns button").tap()
    expect(page.locator("th:has-text('Origin')")).to_be_visible()  # what was chosen, a phone shows too
    page.goto(site.at("/experiments/{finished}/"))
    expect(page.locator("th:has-text('Origin')")).to_be_visible()  # and remembers
    page.locator("[name=pick]").nth(0).tap()
    page.locator("[name=pick]").nth(1).tap()
    page.locator("#pick [data-most='2']").tap()
    expect(page.locator(".verdict")).to_be_visible()


def test_a_genotype_its_lineage_and_its_replay(page: Page, site: Site) -> None:
    page.goto(site.at("/experiments/{finished}/individuals/{best}/"))
    edge = page.locator(".motif-drawing .edge[data-uses]").first
    motif = edge.get_attribute("data-uses")
    edge.locator(".pill").tap()
    expect(page.locator(f"#motif-{motif}")).to_be_in_viewport()
    page.locator(".tabs >> text=Lineage").tap()
    tree = page.locator("lineage-tree.narrow, lineage-tree:not(.with-narrow)").last
    dots = tree.locator(".dot")
    dots.first.locator(".touch").tap()
    expect(tree.locator(".dot.selected")).to_have_attribute(
        "data-step", dots.first.get_attribute("data-step") or ""
    )

    counter = page.locator(".counter")
    last = counter.inner_text()
    page.locator(".step-back").tap()
    expect(counter).not_to_have_text(last)
    slider = page.locator(".scrubber input")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 3, box["y"] + box["height"] / 2)
    expect(counter).to_have_text(re.compile(r"^1 of"))
    page.locator(".play").tap()
    expect(counter).not_to_have_text(re.compile(r"^1 of"))
    page.locator(".play").tap()
    page.locator(".tabs >> text=Diff with parent").tap()
    expect(page.locator(".verdict")).to_be_visible()
    expect(page.locator("#changes tbody tr")).not_to_have_count(0)


def test_motifs_mutations_comparison_and_lessons(page: Page, site: Site) -> None:
    page.goto(site.at("/experiments/{finished}/motifs/"))
    page.select_option("#motif-level", "3")
    expect(page.locator(".motif-table .level").first).to_have_text("level 3")
    page.locator(".motif-key").first.tap()
    expect(page.locator("h1")).to_contain_text("Motif")
    page.locator(".carriers a").first.tap()
    expect(page.locator("#population-query")).to_have_value(re.compile("^motif:"))

    page.goto(site.at("/compare/?experiments={seed-1},{seed-2},{finished}"))
    plot = page.locator("compare-plots [data-plot][tabindex] svg").first
    expect(plot).to_be_visible()
    box = plot.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    expect(page.locator(".readout [data-readout=x]")).to_have_text(re.compile(r"^at \d"))
    page.locator(".switch >> text=Training time").tap()
    expect(page.locator("[aria-current=true] >> text=Training time")).to_be_visible()

    page.goto(site.at("/help/"))
    said = page.locator("#mutate p").first.inner_text()
    page.locator("#mutate-again").tap()
    expect(page.locator("#mutate p").first).not_to_have_text(said)
