"""What holds for every page of the table (pages.py), in both themes and on a phone."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.chromium import DESKTOP, PHONE, Window, open_window, quiet_context
from tests.browser.pages import PAGES, Row
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
Scheme = Literal["light", "dark"]
every_page = pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[Window]:
    with open_window(browser, viewport=DESKTOP) as window:
        yield window


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Window]:
    with open_window(browser, viewport=PHONE, device_scale_factor=2) as window:  # as phones have it
        yield window


@every_page
def test_on_a_desk_in_the_light(desk: Window, sites: dict[str, Site], row: Row) -> None:
    with visited(desk, sites, row, "light") as page:
        found = axe_violations(page, besides=row.foreign)
        assert not found, found
        found = pale_texts(page, "dark", besides=row.foreign)
        assert not found, found


@every_page
def test_on_a_phone_in_the_dark(phone: Window, sites: dict[str, Site], row: Row) -> None:
    with visited(phone, sites, row, "dark") as page:
        assert page.evaluate(BEYOND_THE_EDGE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        found = axe_violations(page, besides=row.foreign)
        assert not found, found
        found = pale_texts(page, "light", besides=row.foreign)
        assert not found, found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_that_are_being_counted_stay_legible(
    browser: Browser, sites: dict[str, Site], scheme: str
) -> None:
    """The editor's numbers while the server's answer is awaited, which the table's visits see for a moment only."""
    editor = next(row for row in PAGES if row.name == "editor")
    unanswered: list[Route] = []
    with quiet_context(browser, color_scheme=scheme) as context:
        context.route("**/api/v1/genotypes/preview", lambda route: unanswered.append(route))
        page = context.new_page()
        page.goto(sites[editor.site].at(editor.path), wait_until="load")
        panel = page.locator(".numbers-panel")
        expect(panel).to_have_attribute("data-state", "loading")
        found = axe_violations(page)
        assert not found, found
        expect(panel).to_have_attribute("data-state", "loading")
        for route in unanswered:
            route.continue_()
        expect(panel).to_have_attribute("data-state", "done")


@contextmanager
def visited(window: Window, sites: dict[str, Site], row: Row, scheme: Scheme) -> Iterator[Page]:
    """The page that the row means, which complains about nothing."""
    expected = f"status of {row.status}" if row.status >= 400 else ""  # the browser calls that an error
    with window.visit(expected=expected) as page:
        page.emulate_media(color_scheme=scheme)
        answer = page.goto(sites[row.site].at(row.path), wait_until="load")
        assert answer is not None
        assert answer.status == row.status
        expect(page.locator("h1, h2").first).to_contain_text(row.heading)
        yield page


def pale_texts(page: Page, scheme: Scheme, *, besides: str = "") -> str:
    """The page once more in the other colours: what its colours alone can break."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(COLOURS_CHANGED)
    return axe_violations(page, besides=besides, rules=("color-contrast", "link-in-text-block"))


def holds_up(page: Page) -> None:
    """Nothing scrolls sideways, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    found = axe_violations(page)
    assert not found, found


def axe_violations(page: Page, *, besides: str = "", rules: Sequence[str] = ()) -> str:
    """In words, with the places; empty when there are none. `rules`: only these."""
    if not page.evaluate("'axe' in window"):  # half a megabyte, once for each page
        page.evaluate(AXE)
    where = {"include": ["html"], "exclude": [besides] if besides else []}
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("([where, options]) => axe.run(where, options)", [where, options])
    return "\n".join(in_words(violation) for violation in found["violations"])


def in_words(violation: dict[str, Any]) -> str:
    places = [
        f"{node['target']} {node['html'][:200]} {node.get('failureSummary', '')}"
        for node in violation["nodes"]
    ]
    return f"{violation['id']}: {violation['help']} {json.dumps(places[:5], indent=1)}"


COLOURS_CHANGED = """() => Promise.allSettled(document.getAnimations()
  .filter((animation) => animation instanceof CSSTransition).map((transition) => transition.finished))"""
"""Once every colour has reached what it changes to."""

BEYOND_THE_EDGE = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  if (!box.width || !element.checkVisibility() || box.right <= innerWidth + 1) return false;
  for (let around = element; around; around = around.parentElement) {
    const style = getComputedStyle(around);
    if (style.position === "fixed" || style.clip !== "auto" || around.matches(".visually-hidden")) return false;
    if (around !== element && /auto|scroll|hidden|clip/.test(style.overflowX)) return around === document.body;
  }
  return true;
}).slice(0, 5).map((element) => element.outerHTML.slice(0, 200))"""
"""What stands beyond the right edge and in nothing that scrolls or clips by itself."""
