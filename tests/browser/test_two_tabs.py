"""One person, two tabs: what happens in one is seen in the other, and a stale button does no harm."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_pause_in_one_tab_is_seen_in_the_other_and_pausing_again_says_so(
    context: BrowserContext, site: Site
) -> None:
    one, other = context.new_page(), context.new_page()
    one.goto(site.at("/experiments/new/"))
    one.fill("#id_name", "In two tabs")
    one.click("button:has-text('Launch')")
    one.wait_for_url("**/experiments/*/")
    other.goto(one.url)
    stale = context.new_page()
    stale.goto(one.url)
    token = stale.locator("form:has(#pause)").evaluate(
        "form => new URLSearchParams(new FormData(form)).toString()"
    )

    one.bring_to_front()
    one.click("#pause")
    expect(one.locator("h1 + .badge")).to_have_text("Paused")
    other.bring_to_front()
    expect(other.locator("h1 + .badge")).to_have_text("Paused")
    expect(other.locator("#resume")).to_be_visible()

    # As a browser would that has not heard yet: the form of the running search is sent once more.
    answer = stale.request.post(
        f"{one.url}pause/",
        data=token,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": one.url},
    )
    assert answer.status == 200
    assert "is paused" in answer.text()


def test_the_theme_of_one_tab_is_the_theme_of_all(context: BrowserContext, site: Site) -> None:
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        page.goto(site.at("/experiments/"))
    one.click("[popovertarget=theme-menu]")
    one.click("[data-theme-choice=dark]")
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
