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
    tab_to(page, "[aria-label='Best network'] a")
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


def test_a_population_is_filtered_and_two_of_it_are_compared(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.at("/experiments/{finished}/"))
    tab_to(page, "#population-query")
    page.keyboard.type("step<4")
    page.keyboard.press("Enter")
    expect(page.locator(".population-table tbody tr")).to_have_count(3)  # two of the four are twins
    for _ in range(2):
        tab_to(page, "[name=pick]")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    tab_to(page, "#pick [data-most='2']")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_be_visible()
    tab_to(page, "#diff-left")
    page.keyboard.press("Control+A")
    page.keyboard.type("liu2018")
    page.keyboard.press("Enter")
    expect(page.locator(".diff-numbers thead")).to_contain_text("Liu et al. 2018")


def test_a_search_is_renamed_tagged_archived_stopped_and_deleted(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.at("/experiments/new/"))
    page.locator("#id_name").press("Enter")
    expect(page.locator("h1 + .badge")).to_have_text("Running")
    address = page.url
    tab_to(page, ".actions a[href$='settings/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/")
    tab_to(page, "#id_name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Kept by keys")
    page.keyboard.press("Tab")
    page.keyboard.type("one, two")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Kept by keys")
    expect(page.locator(".tags .tag")).to_have_text(["one", "two"])

    page.goto(f"{address}stop/")
    tab_to(page, ".danger")
    page.keyboard.press("Enter")
    expect(page.locator("h1 + .badge")).to_have_text("Stopped")
    page.goto(f"{address}settings/")
    tab_to(page, "form[action$='archive/'] button")
    page.keyboard.press("Enter")
    expect(page.locator(".messages p")).to_be_visible()
    page.goto(f"{address}settings/")
    tab_to(page, "#delete-name")
    page.keyboard.type("Kept by keys")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.address}/experiments/")
    expect(page.get_by_text("Kept by keys", exact=True)).to_have_count(0)


def test_a_failed_individual_is_noted_and_tried_again(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.at("/experiments/{hopeless}/individuals/0/"))
    tab_to(page, "a[href$='words/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/words/")
    tab_to(page, "textarea")
    page.keyboard.type("Needs *another* machine.")
    tab_to(page, "form.panel button")
    page.keyboard.press("Enter")
    expect(page.locator("#portrait")).to_contain_text("Needs another machine.")
    expect(page.locator("#portrait .prose em")).to_have_text("another")
    tab_to(page, "form[action$='retry/'] button")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("It waits again")
    expect(page.locator("#portrait .badge")).to_have_text("Waiting")
