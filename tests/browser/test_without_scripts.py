"""Everything can be read and done where scripts are switched off."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import quiet_context
from tests.browser.pages import PAGES, Row
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEEDS_SCRIPTS = ("api-docs",)
"""The interactive documentation; it says so, and links the document that it shows."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with quiet_context(browser, java_script_enabled=False) as context:
        yield context.new_page()


@pytest.mark.parametrize("row", [row for row in PAGES if row.status == 200], ids=lambda row: row.name)
def test_every_page_is_read(page: Page, sites: dict[str, Site], row: Row) -> None:
    page.goto(sites[row.site].at(row.path))
    if row.name in NEEDS_SCRIPTS:
        expect(page.locator("noscript a")).to_have_attribute("href", re.compile("openapi.json"))
        return
    expect(page.locator("h1")).to_contain_text(row.heading)
    assert len(page.locator("main").inner_text()) > 100
    for dead in page.locator(".needs-script").all():
        expect(dead).to_be_hidden()


def test_a_search_is_launched_paused_resumed_and_stopped(page: Page, site: Site) -> None:
    page.goto(site.at("/experiments/"))
    page.click("text=New experiment")
    page.click("text=Paper: random search, 200")
    expect(page.locator("#id_individuals")).to_have_value("200")
    page.fill("#id_name", "Without scripts")
    page.fill("#id_individuals", "-3")
    page.click("button:has-text('Launch')")
    expect(page.locator("[data-field=individuals] .error")).to_be_visible()
    expect(page.locator("#id_name")).to_have_value("Without scripts")
    page.fill("#id_individuals", "300")
    page.click("button:has-text('Launch')")
    badge = page.locator("h1 + .badge")
    expect(badge).to_have_text("Running")
    page.click("#pause")
    expect(badge).to_have_text("Paused")
    expect(page.locator(".messages")).to_contain_text("Paused.")
    page.click("#resume")
    expect(badge).to_have_text("Running")
    page.click("#stop")
    expect(page.locator("h1")).to_have_text("Stop Without scripts?")
    page.click("text=Keep it running")
    page.click("#stop")
    page.click("button:has-text('Stop the search')")
    expect(badge).to_have_text("Stopped")


def test_experiments_are_found_by_name_and_state(page: Page, site: Site) -> None:
    page.goto(site.at("/experiments/"))
    page.fill("#filter-name", "lunch")
    page.select_option("#filter-state", "paused")
    page.click("button:has-text('Filter')")
    rows = page.locator("#experiments tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Paused for lunch")


def test_a_population_is_filtered_sorted_and_paged(page: Page, site: Site) -> None:
    page.goto(site.at("/experiments/{large}/"))
    first = page.locator("#population tbody tr").first
    page.click("#sort-step")
    expect(first).to_contain_text("#0")
    page.click("#population-next")
    expect(first).to_contain_text("#25")
    page.fill("#population-query", "step>=100 step<120")
    page.click("#population button:has-text('Filter')")
    expect(page.locator("#population tbody tr")).to_have_count(20)
    expect(page.locator("#population-query")).to_have_value("step>=100 step<120")
    page.click("#population >> text=Clear")
    page.select_option("#population-state", "failed")
    page.click("#population button:has-text('Filter')")
    expect(page.locator("#population")).to_contain_text("No individual matches")


def test_the_curves_are_drawn_by_the_server(page: Page, site: Site) -> None:
    page.goto(site.at("/experiments/{finished}/"))
    pictures = page.locator("live-curves svg.chart")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        expect(picture).to_have_attribute("aria-label", re.compile("."))
