"""Charts are zoomed, moved, read and taken apart by mouse, by keys alone and by fingers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fingers import move_fingers, within
from tests.browser.site import Site
from tests.browser.test_every_page import holds_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Stretch = tuple[float, float]
SHOWN = """() => ["fitness", "parameters"].map((name) => {
  const { min, max } = document.querySelector(`[data-plot=${name}]`).uplot.scales.x;
  return [min, max];
})"""
CROSSES = """() => [...document.querySelectorAll("live-curves .u-cursor-x:not(.u-off)")].map(
  (line) => Math.round(new DOMMatrix(getComputedStyle(line).transform).e))"""
COMPARED = "/compare/?experiments={seed-1},{seed-2},{finished}"
NETWORK = "/experiments/{finished}/individuals/{best}/?tab=network"
SAID = "[data-places-said]"


def shown(page: Page) -> Stretch:
    """The steps that the curves show: the same in both panels."""
    fitness, parameters = page.evaluate(SHOWN)
    assert fitness == parameters
    return fitness[0], fitness[1]


def compared(page: Page) -> Stretch | None:
    """The stretch that the address of a comparison names."""
    found = re.search(r"left=([\d.]+)&right=([\d.]+)", page.url)
    return (float(found[1]), float(found[2])) if found else None


def test_the_curves_by_mouse(desk: Page, site: Site) -> None:
    desk.goto(site.at("/experiments/{finished}/"))
    over = desk.locator("live-curves .u-over").first
    expect(over).to_be_visible()
    whole = shown(desk)
    desk.get_by_role("button", name="Zoom in").click()
    closer = shown(desk)
    assert whole[0] < closer[0] < closer[1] < whole[1]
    desk.get_by_role("button", name="Later steps").click()
    assert shown(desk)[0] > closer[0]
    left, right = within(over, 0.3, 0.3), within(over, 0.5, 0.3)
    before = shown(desk)
    desk.keyboard.down("Shift")
    desk.mouse.move(*left)
    desk.mouse.down()
    desk.mouse.move(*right, steps=4)
    desk.mouse.up()
    assert shown(desk)[0] < before[0]
    assert shown(desk)[1] - shown(desk)[0] == pytest.approx(before[1] - before[0])
    desk.keyboard.up("Shift")
    desk.mouse.wheel(-2000, 0)
    assert shown(desk)[0] == pytest.approx(whole[0])
    desk.keyboard.down("Control")
    desk.mouse.wheel(0, -200)
    desk.keyboard.up("Control")
    assert shown(desk)[1] < before[1]
    desk.locator('#population tr[data-step="61"]').hover()
    lines = desk.evaluate(CROSSES)
    assert len(lines) in (0, 2)  # none where the individual stands beside what is shown
    desk.get_by_role("button", name="Show all steps").click()
    assert shown(desk) == whole
    expect(desk.get_by_role("button", name="Zoom in")).to_be_focused()


def test_the_curves_by_keys_alone(desk: Page, site: Site) -> None:
    desk.emulate_media(color_scheme="dark")
    desk.goto(site.at("/experiments/{finished}/"))
    expect(desk.locator("live-curves .u-over").first).to_be_visible()
    whole = shown(desk)
    desk.locator("live-curves [data-plot=fitness]").focus()
    for key in ("+", "+", "Shift+ArrowRight"):
        desk.keyboard.press(key)
    left, right = shown(desk)
    desk.keyboard.press("ArrowRight")  # the first that is shown, not the first of all
    name = re.search(r"#(\d+)", desk.locator(".curve-tip").inner_text())
    assert name is not None
    assert left <= int(name[1]) <= left + 5
    lines = desk.evaluate(CROSSES)
    assert len(lines) == 2
    assert lines[0] == lines[1]
    desk.keyboard.press("End")  # what is shown goes along
    expect(desk.locator(".curve-tip")).to_be_visible()
    assert shown(desk)[1] > right
    holds_up(desk)
    desk.keyboard.press("0")
    assert shown(desk) == whole
    slider = desk.get_by_label("Individuals under the median")
    slider.focus()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("[data-window-said]")).to_have_text(slider.input_value())


def test_the_curves_by_fingers(phone: Page, site: Site) -> None:
    phone.goto(site.at("/experiments/{finished}/"))
    over = phone.locator("live-curves .u-over").first
    expect(over).to_be_visible()
    whole = shown(phone)
    y = within(over, 0, 0.5)[1]
    a, b, c, d = (within(over, share, 0)[0] for share in (0.2, 0.4, 0.6, 0.8))
    move_fingers(phone, [(b, y), (c, y)], [(a, y), (d, y)])
    pinched = shown(phone)
    assert pinched[1] - pinched[0] == pytest.approx((whole[1] - whole[0]) / 3, rel=0.05)
    move_fingers(phone, [(c, y), (d, y)], [(b, y), (c, y)])
    assert shown(phone)[0] > pinched[0]
    holds_up(phone)
    phone.get_by_role("button", name="Show all steps").tap()
    assert shown(phone) == whole
    phone.get_by_label("Save the chart as a file").tap()
    expect(phone.get_by_label("Fitness per evolution step as PNG")).to_be_in_viewport(ratio=1)
    phone.get_by_label("Save the chart as a file").tap()
    row = phone.locator("#population tr[data-state=done]").nth(2)
    row.locator("td.fitness").tap()
    expect(phone.locator(".curve-tip")).to_contain_text(f"#{row.get_attribute('data-step')}")
    expect(row).to_have_class(re.compile("pointed"))


def test_a_comparison_by_mouse_and_by_keys(desk: Page, site: Site) -> None:
    desk.goto(site.at(COMPARED))
    panels = desk.locator("compare-plots [data-plot][tabindex]")
    expect(panels).to_have_count(3)
    ticks = desk.locator("[data-plot=best] .ticks").text_content() or ""
    picture = desk.locator("[data-plot=best] svg")
    left, right = within(picture, 0.3, 0.3), within(picture, 0.6, 0.3)
    desk.mouse.move(*left)
    desk.mouse.down()
    desk.mouse.move(*right, steps=4)
    desk.mouse.up()
    expect(desk).to_have_url(re.compile(r"left=[\d.]+&right="))
    dragged = compared(desk)
    assert dragged is not None
    expect(desk.locator("[data-plot=best] .ticks")).not_to_have_text(ticks)
    desk.keyboard.press("Shift+ArrowRight")  # the panel has the focus since it was dragged over
    expect(desk).not_to_have_url(re.compile(re.escape(f"left={dragged[0]:g}")))
    moved = compared(desk)
    assert moved is not None
    assert moved[1] - moved[0] == pytest.approx(dragged[1] - dragged[0], rel=1e-3)
    desk.reload()  # the address keeps it
    expect(panels).to_have_count(3)
    expect(desk.get_by_role("button", name="Show all")).to_be_visible()
    panels.first.focus()
    desk.keyboard.press("Home")
    expect(desk.locator("[data-readout=x]")).to_have_text(f"at {round(moved[0])}")
    assert desk.locator("compare-plots .cursor[d^=M]").count() == 3
    desk.mouse.dblclick(*within(picture, 0.5, 0.5))
    expect(desk).not_to_have_url(re.compile("left="))
    expect(desk.locator("[data-plot=best] .ticks")).to_have_text(ticks)


def test_a_comparison_by_fingers(phone: Page, site: Site) -> None:
    phone.goto(site.at(COMPARED))
    expect(phone.locator("compare-plots [data-plot][tabindex]")).to_have_count(3)
    picture = phone.locator("[data-plot=best] svg")
    y = within(picture, 0, 0.5)[1]
    a, b, c, d = (within(picture, share, 0)[0] for share in (0.2, 0.4, 0.6, 0.8))
    move_fingers(phone, [(b, y), (c, y)], [(a, y), (d, y)])
    expect(phone).to_have_url(re.compile(r"left=[\d.]+&right="))
    phone.get_by_role("button", name="Later").tap()
    holds_up(phone)
    phone.get_by_role("button", name="Show all").tap()
    expect(phone).not_to_have_url(re.compile("left="))


PARETO = "/experiments/{finished}/pareto/"
ADDRESSED = re.compile(r"left=[\d.]+&right=")


def test_the_pareto_plot_by_mouse_and_by_keys(desk: Page, site: Site) -> None:
    desk.goto(site.at(PARETO))
    over = desk.locator("pareto-plot .plot-over")
    expect(over).to_be_visible()
    ticks = desk.locator("pareto-plot .ticks")
    whole = ticks.text_content() or ""
    desk.get_by_role("button", name="Zoom in").click()
    expect(desk).to_have_url(ADDRESSED)
    expect(ticks).not_to_have_text(whole)
    closer = compared(desk)
    assert closer is not None
    desk.get_by_role("button", name="Higher costs").click()
    expect(desk).not_to_have_url(re.compile(re.escape(f"left={closer[0]:g}&")))
    before = compared(desk)
    assert before is not None
    desk.keyboard.down("Shift")  # moves what is shown, and selects nothing
    desk.mouse.move(*within(over, 0.3, 0.3))
    desk.mouse.down()
    desk.mouse.move(*within(over, 0.5, 0.3), steps=4)
    desk.mouse.up()
    desk.keyboard.up("Shift")
    moved = compared(desk)
    assert moved is not None
    assert moved[0] < before[0]
    expect(desk.locator("#cost-from")).to_have_value("")
    desk.reload()  # the address keeps it
    expect(desk.get_by_role("button", name="Show all")).to_be_visible()
    expect(over).to_be_visible()
    desk.mouse.move(*within(over, 0.2, 0.2))
    desk.mouse.down()  # a drag alone selects, as without zoom
    desk.mouse.move(*within(over, 0.8, 0.9), steps=4)
    desk.mouse.up()
    expect(desk.locator("#cost-from")).not_to_have_value("")
    assert moved[0] < float(desk.locator("#cost-from").input_value()) < moved[1]
    desk.mouse.dblclick(*within(over, 0.02, 0.97))
    expect(desk).not_to_have_url(ADDRESSED)
    expect(ticks).to_have_text(whole)
    place = desk.locator("pareto-plot [data-plot]")
    place.focus()
    desk.keyboard.press("+")
    desk.keyboard.press("+")
    expect(desk).to_have_url(ADDRESSED)
    expect(ticks).not_to_have_text(whole)
    desk.keyboard.press("End")  # what is shown goes along
    expect(desk.locator(".plot-tip")).to_be_visible()
    holds_up(desk)
    desk.keyboard.press("0")
    expect(desk).not_to_have_url(ADDRESSED)


def test_the_pareto_plot_by_fingers(phone: Page, site: Site) -> None:
    phone.goto(site.at(PARETO))
    over = phone.locator("pareto-plot .plot-over")
    expect(over).to_be_visible()
    y = within(over, 0, 0.5)[1]
    a, b, c, d = (within(over, share, 0)[0] for share in (0.2, 0.4, 0.6, 0.8))
    move_fingers(phone, [(b, y), (c, y)], [(a, y), (d, y)])
    expect(phone).to_have_url(ADDRESSED)
    expect(phone.locator("#cost-from")).to_have_value("")
    phone.get_by_role("button", name="Higher costs").tap()
    holds_up(phone)
    phone.get_by_role("button", name="Show all").tap()
    expect(phone).not_to_have_url(ADDRESSED)


TRAINED = "/experiments/{finished}/individuals/{best}/?tab=training"


def test_learning_curves_by_mouse_and_by_keys(desk: Page, site: Site) -> None:
    desk.goto(site.at(TRAINED))
    picture = desk.locator("learning-curves svg")
    ticks = desk.locator("learning-curves .ticks")
    whole = ticks.text_content() or ""
    desk.mouse.move(*within(picture, 0.3, 0.3))
    desk.mouse.down()
    desk.mouse.move(*within(picture, 0.6, 0.3), steps=4)
    desk.mouse.up()
    expect(desk).to_have_url(ADDRESSED)
    expect(ticks).not_to_have_text(whole)
    dragged = compared(desk)
    assert dragged is not None
    desk.keyboard.press("Shift+ArrowRight")  # the chart has the focus since it was dragged over
    expect(desk).not_to_have_url(re.compile(re.escape(f"left={dragged[0]:g}&")))
    desk.reload()  # the address keeps it
    expect(desk.get_by_role("button", name="Later steps")).to_be_visible()
    holds_up(desk)
    desk.mouse.dblclick(*within(picture, 0.5, 0.5))
    expect(desk).not_to_have_url(ADDRESSED)
    expect(ticks).to_have_text(whole)
    desk.get_by_role("button", name="Zoom in").click()
    expect(desk).to_have_url(ADDRESSED)
    desk.locator("learning-curves .plot-wrap").press("0")
    expect(desk).not_to_have_url(ADDRESSED)


def test_learning_curves_by_fingers(phone: Page, site: Site) -> None:
    phone.goto(site.at(TRAINED))
    picture = phone.locator("learning-curves svg")
    y = within(picture, 0, 0.5)[1]
    a, b, c, d = (within(picture, share, 0)[0] for share in (0.2, 0.4, 0.6, 0.8))
    move_fingers(phone, [(b, y), (c, y)], [(a, y), (d, y)])
    expect(phone).to_have_url(ADDRESSED)
    phone.get_by_role("button", name="Later steps").tap()
    holds_up(phone)
    phone.get_by_role("button", name="Show all").tap()
    expect(phone).not_to_have_url(ADDRESSED)


def test_the_whole_network_by_keys_and_by_mouse(desk: Page, site: Site) -> None:
    desk.goto(site.at(NETWORK))
    expect(desk.locator(".network-wrap.live")).to_be_visible()
    boxes = desk.locator(".box")
    here = "document.activeElement.closest('.box')?.dataset.box"
    closed = boxes.count()
    desk.locator(".network-wrap").focus()
    for key in ("Tab", "ArrowDown", "ArrowDown"):
        desk.keyboard.press(key)
    box = desk.evaluate(here)
    desk.keyboard.press("Space")
    expect(boxes).not_to_have_count(closed)
    assert desk.evaluate(here) == box
    desk.keyboard.press("ArrowDown")
    inner = desk.evaluate(here)
    assert inner.startswith(f"{box}/")
    desk.keyboard.press("Enter")
    expect(desk.locator("#network-layer h3")).not_to_have_text("All layers")
    assert desk.evaluate(here) == inner
    holds_up(desk)
    desk.locator(".box a.toggle[aria-label^=Close]").last.click()
    expect(boxes).to_have_count(closed)
    view = desk.locator("svg.network").get_attribute("viewBox")
    desk.locator(".network-wrap").press("+")
    expect(desk.locator("svg.network")).not_to_have_attribute("viewBox", view or "")
    desk.locator(".layer-table tbody a").nth(2).focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#network-layer")).to_contain_text("layer 3")
    expect(desk.locator(".layer-table tbody a").nth(2)).to_be_focused()
    desk.locator("#network-find").fill("sep 3x3")
    desk.keyboard.press("Enter")
    expect(desk.locator("#network-said")).to_contain_text("“sep 3x3” in the network")
    expect(desk.locator("#network-find")).to_be_focused()


def test_the_whole_network_by_fingers(phone: Page, site: Site) -> None:
    phone.goto(site.at(NETWORK))
    wrap = phone.locator(".network-wrap.live")
    width = "Number(document.querySelector('svg.network').getAttribute('viewBox').split(' ')[2])"
    before = phone.evaluate(width)
    y = within(wrap, 0, 0.5)[1]
    a, b, c, d = (within(wrap, share, 0)[0] for share in (0.2, 0.4, 0.6, 0.8))
    move_fingers(phone, [(b, y), (c, y)], [(a, y), (d, y)])
    assert phone.evaluate(width) < before / 2
    phone.get_by_role("button", name="Fit").tap()
    phone.locator(".box a.toggle").first.tap()
    expect(phone.locator(".box")).to_have_count(7)
    phone.locator(".box a:not(.toggle)").nth(1).tap()
    expect(phone.locator("#network-layer h3")).not_to_have_text("All layers")
    holds_up(phone)


def test_lanes_and_matrices_say_what_a_place_holds(desk: Page, phone: Page, site: Site) -> None:
    for path, place in (
        ("/workers/?hours=1", re.compile(r"of experiment \d+: [\d.]+\ss")),
        ("/experiments/{finished}/what-works/", re.compile(r"^\S+, \S+: ± [\d.]+; \d+ networks")),
        ("/experiments/{finished}/mutations/", re.compile(r"\d+ mutations?, \d+ without effect")),
    ):
        desk.goto(site.at(path))
        desk.locator("[data-places]").first.focus()
        said = desk.locator(SAID).first
        for key in ["ArrowRight", "ArrowDown", "ArrowRight"] * 10:
            if place.search(said.inner_text()):
                break
            desk.keyboard.press(key)
        expect(said).to_have_text(place)
        phone.goto(site.at(path))
        phone.locator("[data-places]").first.locator(".bar, td[title]").last.tap()
        expect(phone.locator(SAID).first).to_have_text(place)
        assert phone.url == site.at(path)
        holds_up(phone)
        if "workers" in path:
            phone.locator(SAID).get_by_role("link", name="Open").tap()
            phone.wait_for_url("**/individuals/*/?tab=training")


def test_parallel_coordinates_by_a_finger_and_by_keys(phone: Page, site: Site) -> None:
    phone.goto(site.at("/experiments/{finished}/what-works/"))
    grip = phone.locator('.axis[data-word="params"] .grip')
    move_fingers(phone, *([within(grip, 0.5, share)] for share in (0.02, 0.2, 0.5)))
    query = phone.locator("#parallel-query")
    expect(query).to_have_value(re.compile(r"^params>=\d+$"))
    expect(phone).to_have_url(re.compile("q=params"))
    rows = phone.locator("#parallel tbody tr")
    rows.first.locator("td").nth(1).tap()
    step = rows.first.get_attribute("data-step")
    expect(phone.locator(f'#parallel path[data-step="{step}"]')).to_have_class(re.compile("pointed"))
    query.focus()
    phone.keyboard.press("Control+A")
    phone.keyboard.type("depth>=1 op:sep3x3>=2")
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile("op%3Asep3x3"))
    expect(rows.first).to_be_visible()
