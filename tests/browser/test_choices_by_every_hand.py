"""What is opened, moved and chosen outside of charts, by mouse, by keys alone and by fingers: the whole network, both
sides of a diff, the experiments of a comparison, a motif for the editor, and what the head of a search offers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import PHONE, quiet_context
from tests.browser.fingers import move_fingers, within
from tests.browser.site import Site
from tests.browser.test_every_page import holds_up
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FINGERS: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
LOOKS = [(1, "light"), (2, "dark")]
NETWORK = "/experiments/{finished}/individuals/{best}/?tab=network"
VIEW = "document.querySelector('svg.network').getAttribute('viewBox').split(' ').map(Number)"
"""Left, top, width and height of what is shown."""
LAYER = "#network-layer h3"
SWITCH = "Open down to"
LESSONS = "/experiments/{finished}/what-works/"
PUT_IN = "Put it into the editor"


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[1]}-{look[0]}x")
def desk(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    scale, scheme = request.param
    with quiet_context(browser, device_scale_factor=scale, color_scheme=scheme) as context:
        yield context.new_page()


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[1]}-{look[0]}x")
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    scale, scheme = request.param
    with quiet_context(browser, device_scale_factor=scale, color_scheme=scheme, **FINGERS) as context:
        yield context.new_page()


def levels(page: Page) -> list[str]:
    """To which the network can be opened, from the host's layers on."""
    return page.get_by_label(SWITCH).get_by_role("link").all_inner_texts()


def level_link(page: Page, level: str) -> Locator:
    return page.get_by_label(SWITCH).get_by_role("link", name=level, exact=True)


def test_the_whole_network_by_mouse(desk: Page, site: Site) -> None:
    desk.goto(site.at(NETWORK))
    wrap = desk.locator(".network-wrap.live")
    left, top, width, _ = desk.evaluate(VIEW)
    start, end = within(wrap, 0.5, 0.3), within(wrap, 0.6, 0.4)
    desk.mouse.move(*start)  # onto a box: a drag that begins there moves the picture and chooses nothing
    desk.mouse.down()
    desk.mouse.move(*end, steps=4)
    desk.mouse.up()
    moved = desk.evaluate(VIEW)
    assert moved[0] < left
    assert moved[1] < top
    assert moved[2] == width
    expect(desk.locator(LAYER)).to_have_text("All layers")
    desk.keyboard.down("Control")
    desk.mouse.wheel(0, -300)
    desk.keyboard.up("Control")
    assert desk.evaluate(VIEW)[2] < width
    desk.get_by_role("button", name="Fit").click()
    assert desk.evaluate(VIEW)[:3] == [left, top, width]
    boxes = desk.locator(".box")
    first, *_, last = levels(desk)
    counts = []
    for level in (last, first):
        level_link(desk, level).click()
        expect(level_link(desk, level)).to_have_attribute("aria-current", "true")
        counts.append(boxes.count())
        holds_up(desk)
    assert counts[0] > counts[1]
    expect(desk.locator(".box.open")).to_have_count(0)


def test_the_whole_network_by_keys(desk: Page, site: Site) -> None:
    desk.goto(site.at(NETWORK))
    expect(desk.locator(".network-wrap.live")).to_be_visible()
    first, *_, last = levels(desk)
    tab_to(desk, ".network-head .switch a")
    for level in (last, first):
        level_link(desk, level).focus()
        desk.keyboard.press("Enter")
        expect(level_link(desk, level)).to_have_attribute("aria-current", "true")
        expect(level_link(desk, level)).to_be_focused()
    tab_to(desk, ".network-wrap")
    whole = desk.evaluate(VIEW)
    for key in ("+", "+", "ArrowRight", "ArrowDown"):
        desk.keyboard.press(key)
    closer = desk.evaluate(VIEW)
    assert closer[2] == pytest.approx(whole[2] / 1.25**2)
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("ArrowUp")
    assert desk.evaluate(VIEW)[0] < closer[0]
    assert desk.evaluate(VIEW)[1] < closer[1]
    desk.keyboard.press("-")
    assert desk.evaluate(VIEW)[2] == pytest.approx(whole[2] / 1.25)
    desk.keyboard.press("0")
    assert desk.evaluate(VIEW) == whole
    holds_up(desk)


def test_the_whole_network_by_fingers(phone: Page, site: Site) -> None:
    phone.goto(site.at(NETWORK))
    wrap = phone.locator(".network-wrap.live")
    first, *_, last = levels(phone)
    for level in (last, first):
        level_link(phone, level).tap()
        expect(level_link(phone, level)).to_have_attribute("aria-current", "true")
    left, top, width, _ = phone.evaluate(VIEW)
    move_fingers(phone, [within(wrap, 0.5, 0.3)], [within(wrap, 0.6, 0.4)], [within(wrap, 0.7, 0.5)])
    moved = phone.evaluate(VIEW)
    assert moved[0] < left
    assert moved[1] < top
    assert moved[2] == width
    y = within(wrap, 0, 0.5)[1]
    a, b, c, d = (within(wrap, share, 0)[0] for share in (0.2, 0.4, 0.6, 0.8))
    move_fingers(phone, [(a, y), (d, y)], [(b, y), (c, y)])
    assert phone.evaluate(VIEW)[2] > 2 * width
    holds_up(phone)


def test_both_sides_of_a_diff_by_mouse_and_by_keys(desk: Page, site: Site) -> None:
    desk.goto(site.at("/diff/"))
    before, after = desk.get_by_label("Before", exact=True), desk.get_by_label("After", exact=True)
    before.click()
    desk.keyboard.type("Digits, hier")
    chosen = desk.locator("#diff-individuals option").first
    expect(chosen).to_contain_text("Digits, hierarchical")
    before.fill(chosen.get_attribute("value") or "")
    after.click()
    desk.keyboard.type("liu2018")
    desk.get_by_role("button", name="Compare").click()
    heads = desk.locator(".diff-numbers thead th")
    expect(heads.nth(1)).to_contain_text("Liu et al. 2018")
    desk.get_by_label("Swap before and after").click()
    expect(heads.first).to_contain_text("Liu et al. 2018")
    holds_up(desk)

    tab_to(desk, "#diff-left")
    desk.keyboard.press("Control+A")
    desk.keyboard.type(site.at("{finished}/{initial}").removeprefix(site.address))
    tab_to(desk, ".swap", most=1)
    tab_to(desk, "#diff-right", most=1)
    desk.keyboard.press("Control+A")
    desk.keyboard.type(site.at("{finished}/{best}").removeprefix(site.address))
    desk.keyboard.press("Enter")
    expect(heads).to_contain_text([f"#{site.names['initial']}", f"#{site.names['best']}", "Difference"])
    tab_to(desk, ".swap")
    desk.keyboard.press("Enter")
    expect(heads.first).to_contain_text(f"#{site.names['best']}")


def test_both_sides_of_a_diff_by_fingers(phone: Page, site: Site) -> None:
    phone.goto(site.at("/diff/"))
    for field, text in (("Before", "liu2018"), ("After", "{finished}/{best}")):
        phone.get_by_label(field, exact=True).tap()
        phone.keyboard.type(text.format_map(site.names))
    phone.get_by_role("button", name="Compare").tap()
    heads = phone.locator(".diff-numbers thead th")
    expect(heads.first).to_contain_text("Liu et al. 2018")
    phone.get_by_label("Swap before and after").tap()
    expect(heads.first).to_contain_text(f"#{site.names['best']}")
    holds_up(phone)


def test_experiments_are_compared_by_mouse_and_by_keys(desk: Page, site: Site) -> None:
    desk.goto(site.at("/compare/"))
    name, choices = desk.locator("#chooser-name"), desk.locator("#choices li")
    name.click()
    desk.keyboard.type("Flat, second")
    expect(choices).to_have_count(1)
    choices.get_by_role("checkbox").click()
    name.fill("Flat, first")
    expect(choices).to_have_count(2)  # what was chosen stays to be seen
    choices.filter(has_text="Flat, first").get_by_role("checkbox").click()
    name.fill("")
    expect(choices.get_by_role("checkbox", checked=True)).to_have_count(2)
    desk.get_by_role("button", name="Compare", exact=True).click()
    expect(desk).to_have_url(re.compile(r"experiments=\d+,\d+$"))
    lines = desk.locator(".results-table tbody tr:not(.summary)")
    expect(lines).to_have_count(2)
    holds_up(desk)

    tab_to(desk, "details.chooser > summary")
    desk.keyboard.press("Enter")
    tab_to(desk, "#chooser-name", most=1)
    desk.keyboard.type("Digits, hier")
    expect(choices).to_have_count(3)
    tab_to(desk, "#choices input:not(:checked)")
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    expect(lines).to_have_count(3)


def test_experiments_are_compared_by_fingers(phone: Page, site: Site) -> None:
    phone.goto(site.at("/compare/?experiments={finished}"))
    phone.locator("#chooser-name").tap()
    phone.keyboard.type("Flat cells")
    expect(phone.locator("#choices li")).to_have_count(2)
    phone.locator("#choices").get_by_text("Flat cells").tap()  # the name is as good as the box
    holds_up(phone)
    phone.get_by_role("button", name="Compare", exact=True).tap()
    expect(phone.locator(".results-table tbody tr:not(.summary)")).to_have_count(2)


def test_a_best_motif_is_put_into_the_editor_by_mouse_and_by_keys(desk: Page, site: Site) -> None:
    desk.goto(site.at(LESSONS))
    desk.get_by_role("link", name=PUT_IN).first.click()
    expect_it_put_in(desk)
    desk.goto(site.at(LESSONS))
    tab_to(desk, ".best-motifs .button")
    desk.keyboard.press("Enter")
    expect_it_put_in(desk)


def test_a_best_motif_is_put_into_the_editor_by_a_finger(phone: Page, site: Site) -> None:
    phone.goto(site.at(LESSONS))
    phone.get_by_role("link", name=PUT_IN).first.tap()
    expect_it_put_in(phone)


def expect_it_put_in(page: Page) -> None:
    """The editor shows the motif, its edges marked as edits of the fittest network, and what the network then costs."""
    page.wait_for_url("**/edit/**")
    expect(page.locator(".numbers-panel")).to_have_attribute("data-state", "done")
    expect(page.locator(".level-canvas:not([hidden]) g.edge.edited").first).to_be_visible()
    expect(page.locator(".changes")).to_have_text(re.compile(r"^\d+ changes? from "))
    holds_up(page)


@pytest.mark.parametrize(
    "hand, scale, scheme, search",
    [("mouse", 1, "light", "deep"), ("keys", 2, "dark", "five"), ("finger", 2, "dark", "pair")],
)
def test_a_search_is_cloned_and_extended_from_its_head(
    browser: Browser, site: Site, hand: str, scale: int, scheme: str, search: str
) -> None:
    screen = FINGERS if hand == "finger" else {}
    with quiet_context(browser, device_scale_factor=scale, color_scheme=scheme, **screen) as context:
        page = context.new_page()
        address = site.at(f"/experiments/{{{search}}}/")
        page.goto(address)
        name = page.locator("h1").get_attribute("title") or ""
        take(page, hand, "clone")
        page.wait_for_url("**/experiments/new/?from=*")
        page.locator("#id_name").press("Enter")
        expect(page.locator("h1")).to_contain_text(name)
        expect(page.locator("h1 + .badge")).to_have_text("Running")
        assert page.url != address

        page.goto(address)
        take(page, hand, "extend")
        expect(page.locator("#extend-dialog")).to_be_visible()
        holds_up(page)
        more, send = page.get_by_label("More networks"), page.get_by_role("button", name="Extend the search")
        more.fill("7")
        if hand == "keys":
            more.press("Escape")
            expect(page.locator("#extend")).to_be_focused()
            page.keyboard.press("Enter")
            more.press("Enter")
        else:
            press(send, hand)
        expect(page.locator("h1 + .badge")).to_have_text("Running")
        expect(page.locator("#status")).to_contain_text(re.compile(r"\d+ / \d+"))


def press(button: Locator, hand: str) -> None:
    if hand == "finger":
        button.tap()
    else:
        button.click()


def take(page: Page, hand: str, choice: str) -> None:
    """What the head of a search offers: on a phone in a sheet."""
    if hand == "keys":
        tab_to(page, f"#{choice}")
        page.keyboard.press("Enter")
        return
    if hand == "finger":
        page.get_by_role("button", name="Actions").tap()
    press(page.locator(f"#{choice}"), hand)
