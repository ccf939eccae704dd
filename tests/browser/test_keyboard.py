"""The way from the first page to a motif, and the questions on it, by keyboard alone."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOCUS_IS_SEEN = """() => {
  const focused = document.activeElement;
  const looks = () => [focused, ...focused.querySelectorAll("*")].map((part) => {
    const { outlineStyle, boxShadow, stroke, strokeWidth } = getComputedStyle(part);
    return [outlineStyle, boxShadow, stroke, strokeWidth].join();
  });
  const with_focus = looks();
  focused.blur();
  const without = looks();
  focused.focus();
  return with_focus.some((look, index) => look !== without[index]);
}"""


def tab_to(page: Page, selector: str, *, most: int = 80) -> None:
    """Press Tab until what the selector names has the focus, and see that it shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.closest(selector) !== null", selector):
            assert page.evaluate(FOCUS_IS_SEEN), f"nothing shows that {selector} has the focus"
            return
    pytest.fail(f"{most} times Tab do not reach {selector}")


def test_from_the_list_to_an_edge_of_the_best_cell_and_its_motif(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.at("/experiments/?name=hierarchical"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    tab_to(page, "tbody th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/experiments/*/")
    tab_to(page, "[aria-label='Best so far'] a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/individuals/*/")
    tab_to(page, ".edge[data-uses]")
    motif = page.evaluate("document.activeElement.closest('.edge').dataset.uses")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#motif-{motif}")
    expect(page.locator(f"#motif-{motif}")).to_be_focused()
    expect(page.locator(f"#motif-{motif}")).to_be_in_viewport()


def test_the_question_before_stopping_is_opened_answered_and_left(
    context: BrowserContext, site: Site
) -> None:
    page = context.new_page()
    page.goto(site.at("/experiments/{running}/"))
    tab_to(page, "#stop")
    page.keyboard.press("Enter")
    dialog = page.locator("#stop-dialog")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.getElementById('stop-dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#stop")).to_be_focused()


def test_the_theme_is_chosen(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.at("/experiments/"))
    tab_to(page, "[popovertarget=theme-menu]")
    page.keyboard.press("Enter")
    expect(page.locator("#theme-menu")).to_be_visible()
    tab_to(page, "[data-theme-choice=dark]", most=5)
    page.keyboard.press("Enter")
    page.goto(site.at("/experiments/new/"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_search_is_launched(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.at("/experiments/new/"))
    tab_to(page, "#id_name")
    page.keyboard.press("Control+A")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("By keyboard")
