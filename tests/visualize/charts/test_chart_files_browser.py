"""Charts as a person takes them away: PNG, SVG and CSV; rows and dots point at each other; the median's window."""

import csv
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.search.populations import Population

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: LiveServer) -> str:
    population = Population()
    for step in range(10):
        population.add(0.5 + step / 25, network=f"n{step}", parameters=1000 * (step + 1))
    return f"{live_server.url}/experiments/{population.experiment.pk}/"


def saved(page: Page, kind: str, folder: Path) -> Path:
    page.locator(".chart-files summary").first.click()
    with page.expect_download() as download:
        page.locator(".chart-files[open]").get_by_role("button", name=re.compile(f"as {kind}$")).first.click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    page.locator(".chart-files summary").first.click()
    return target


def test_the_live_curves_are_taken_away_as_picture_and_numbers(
    page: Page, address: str, tmp_path: Path
) -> None:
    page.goto(address)
    page.wait_for_selector("live-curves .u-over")
    assert saved(page, "PNG", tmp_path).read_bytes().startswith(b"\x89PNG")
    drawing = ElementTree.parse(saved(page, "SVG", tmp_path)).getroot()
    assert "evolution step" in "".join(drawing.itertext())
    with saved(page, "CSV", tmp_path).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == [str(step) for step in range(10)]
    assert float(rows[9]["best so far"]) == pytest.approx(0.86)


def test_the_scatter_plot_keeps_its_colours_without_a_stylesheet(
    page: Page, address: str, tmp_path: Path
) -> None:
    page.goto(f"{address}pareto/")
    page.wait_for_selector("pareto-plot .plot-over")
    drawing = ElementTree.parse(saved(page, "SVG", tmp_path)).getroot()
    strokes = {element.get("stroke") for element in drawing.iter() if element.get("d")}
    assert any(stroke and stroke.startswith("rgb(") for stroke in strokes)
    assert not any(element.get("class") for element in drawing.iter())


def test_rows_and_dots_point_at_each_other_and_the_median_takes_another_window(
    page: Page, address: str
) -> None:
    page.goto(address)
    page.wait_for_selector("live-curves .u-over")
    page.locator('#population tr[data-step="7"]').hover()
    expect(page.locator(".curve-tip")).to_contain_text("#7")
    page.locator("live-curves [data-plot=fitness]").focus()
    page.keyboard.press("End")
    expect(page.locator("#population tr.pointed")).to_have_attribute("data-step", "9")
    page.locator("[data-window]").fill("1")
    expect(page.locator("[data-window-said]")).to_have_text("1")


def test_a_mouse_at_rest_under_a_page_that_scrolls_does_not_undo_what_the_keys_chose(
    page: Page, address: str
) -> None:
    page.goto(address)
    page.wait_for_selector("live-curves .u-over")
    page.locator('#population tr[data-step="7"]').hover()
    page.locator("live-curves [data-plot=fitness]").focus()
    page.keyboard.press("End")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.evaluate("window.scrollTo(0, 0)")
    # What Chromium sends when another row comes to lie under the mouse: borders are crossed, nothing moves.
    rows = page.locator("#population")
    rows.locator('tr[data-step="2"]').dispatch_event("pointerover", {"bubbles": True, "pointerType": "mouse"})
    rows.dispatch_event("pointerleave", {"pointerType": "mouse"})
    expect(page.locator("#population tr.pointed")).to_have_attribute("data-step", "9")
    expect(page.locator(".curve-tip")).to_contain_text("#9")
