"""Comparing experiments as a person does it."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.search.populations import Population
from tests.visualize.conftest import Open
from tests.visualize.pages.compare.test_compare_page import config, search

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made() -> list[Population]:
    steps = range(20)
    return [
        *(
            search(f"s{seed}", *(0.5 + seed / 50 + step / 100 for step in steps), config=config(seed))
            for seed in (1, 2)
        ),
        search("random", *(0.5 for _ in steps), config=config(1, strategy={"kind": "random"})),
    ]


def test_experiments_are_chosen_from_the_list_and_compared(
    page: Page, live_server: LiveServer, made: list[Population]
) -> None:
    page.goto(f"{live_server.url}/compare/")
    page.fill("#chooser-name", "rand")
    expect(page.locator("#choices li")).to_have_count(1)
    page.check("text=random")
    page.fill("#chooser-name", "")
    expect(page.locator("#choices li")).to_have_count(3)
    expect(page.locator("#choices :checked")).to_have_count(1)  # what was chosen stays chosen
    page.check("text=s1")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(f"**/compare/?experiments={made[2].experiment.pk},{made[0].experiment.pk}")
    expect(page.locator("compare-plots [data-plot][tabindex]")).to_have_count(3)


def test_the_cursor_reads_out_every_line_in_the_table(
    page: Page, live_server: LiveServer, made: list[Population]
) -> None:
    ids = ",".join(str(each.experiment.pk) for each in made)
    page.goto(f"{live_server.url}/compare/?experiments={ids}")
    cell = page.locator('.readout tr[data-series="2"] [data-readout="fitness"]')
    place = page.locator(".readout [data-readout=x]")
    first = page.locator('.readout tr[data-series="1"] [data-readout="best"]')
    expect(page.locator("compare-plots [data-plot][tabindex]")).to_have_count(3)
    expect(first).to_have_text("72.00\u00a0%")  # the median of 0.71 and 0.73
    box = page.locator('[data-plot="fitness"] svg').bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 291 / 560, box["y"] + 20)  # in the middle between the axes
    expect(place).to_have_text("at 10")
    expect(first).to_have_text("63.00\u00a0%")
    expect(cell).to_have_text("50.00\u00a0%")
    page.mouse.move(5, 5)
    expect(place).to_have_text("At the end")
    expect(first).to_have_text("72.00\u00a0%")


def test_the_same_by_keyboard_alone(page: Page, live_server: LiveServer, made: list[Population]) -> None:
    ids = ",".join(str(each.experiment.pk) for each in made)
    page.goto(f"{live_server.url}/compare/?experiments={ids}")
    expect(page.locator("compare-plots [data-plot][tabindex]")).to_have_count(3)
    page.locator('[data-plot="best"]').focus()
    page.keyboard.press("End")
    expect(page.locator(".readout [data-readout=x]")).to_have_text("at 20")
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".readout [data-readout=x]")).to_have_text("at 16")
    page.keyboard.press("Escape")
    expect(page.locator(".readout [data-readout=x]")).to_have_text("At the end")


def test_without_scripts_pictures_and_form_do_the_same(
    new_context: Open, live_server: LiveServer, made: list[Population]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/compare/")
    for name in ("s1", "s2", "random"):
        page.check(f"text={name}")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("svg.courses")).to_have_count(3)
    expect(page.locator(".readout tbody tr")).to_have_count(2)
    page.click("text=Each by itself")
    expect(page.locator(".readout tbody tr")).to_have_count(3)
    page.click("text=Training time")
    expect(page.locator(".switch [aria-current]")).to_have_text(["Training time", "Each by itself"])


def test_a_change_of_theme_paints_the_plots_anew(
    page: Page, live_server: LiveServer, made: list[Population]
) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{live_server.url}/compare/?experiments={made[0].experiment.pk}")
    line = page.locator('[data-plot="best"] .line')
    expect(line).to_have_css("stroke", "rgb(47, 86, 217)")
    page.emulate_media(color_scheme="dark")
    expect(line).to_have_css("stroke", "rgb(126, 160, 255)")


def test_nothing_scrolls_sideways_on_a_phone(
    new_context: Open, live_server: LiveServer, made: list[Population]
) -> None:
    page = new_context(width=390).new_page()
    ids = ",".join(str(each.experiment.pk) for each in made)
    for query in ("", f"?experiments={ids}", f"?experiments={ids}&bands=off"):
        page.goto(f"{live_server.url}/compare/{query}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, query
