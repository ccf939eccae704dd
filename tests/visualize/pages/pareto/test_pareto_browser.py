"""Fitness against cost as a person uses it: by mouse, by finger, by keyboard alone and without scripts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.search.populations import Population
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE = 20_000
"""Milliseconds: the first genotype page of a process starts the one that draws."""


@pytest.fixture
def made() -> Population:
    """Ten individuals in a row: each costs more and is fitter; all are the front."""
    population = Population()
    for step in range(10):
        population.add(0.5 + step / 25, network=f"n{step}", parameters=1000 * (step + 1))
    return population


@pytest.fixture
def address(made: Population, live_server: LiveServer) -> str:
    return f"{live_server.url}/experiments/{made.experiment.pk}/pareto/"


def plot(page: Page) -> Locator:
    return page.locator("pareto-plot .plot-over")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place of the plot to another, both in fractions of it from the upper left."""
    box = plot(page).bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=5)
    page.mouse.up()


def test_a_drag_selects_and_the_selection_leads_to_the_population(page: Page, address: str) -> None:
    page.goto(address)
    expect(plot(page)).to_be_visible()
    drag(page, (0.5, 0.6), (0.999, 0.001))
    expect(page.locator("#selection .value")).to_have_text("5")
    expect(page.locator("#cost-from")).not_to_have_value("")
    expect(page.locator("#cost-to")).to_have_value("")  # the rectangle reached the edge: no bound
    expect(page.locator(".brush")).to_be_visible()
    rows = page.locator("#selected-rows tbody tr")
    expect(rows).to_have_count(5)  # the brush filters the table under the plot
    expect(rows.first).to_contain_text("#9")
    selected = page.locator("#selection .query").inner_text()
    page.click("text=Show in the population")
    expect(page.locator("#population-query")).to_have_value(selected)
    expect(page.locator(".population-table tbody tr")).to_have_count(5)


def test_the_address_keeps_the_selection_and_clear_takes_it_away(page: Page, address: str) -> None:
    page.goto(address)
    drag(page, (0.004, 0.99), (0.45, 0.01))
    expect(page.locator("#selection .value")).to_have_text("4")
    assert "cost_to=" in page.url
    page.reload()
    expect(page.locator("#selection .value")).to_have_text("4")
    expect(page.locator(".brush")).to_be_visible()
    page.click("#clear-selection")
    expect(page.locator(".brush")).to_be_hidden()
    expect(page.locator("#selection .value")).to_have_count(0)
    expect(page.locator("#selected-rows tbody tr")).to_have_count(0)
    assert "cost_to=" not in page.url


def test_bounds_are_typed_and_shown_in_the_plot(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#fitness-from", "70")
    page.fill("#cost-to", "8000")
    expect(page.locator("#selection .value")).to_have_text("3")
    expect(page.locator(".brush")).to_be_visible()


def test_a_finger_drags_a_rectangle(new_context: Open, address: str) -> None:
    context = new_context(width=390, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address)
    plot(page).scroll_into_view_if_needed()
    box = plot(page).bounding_box()
    assert box is not None
    client = context.new_cdp_session(page)
    finger = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"])
        for x, y in ((0.5, 0.5), (0.8, 0.4), (0.97, 0.05))
    ]
    client.send(
        "Input.dispatchTouchEvent",
        {"type": "touchStart", "touchPoints": [dict(zip("xy", finger[0], strict=True))]},
    )
    for place in finger[1:]:
        client.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove", "touchPoints": [dict(zip("xy", place, strict=True))]},
        )
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#selection .value")).to_have_text(re.compile(r"^[345]$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_by_keyboard_along_the_front_and_into_an_individual(page: Page, address: str) -> None:
    page.goto(address)
    expect(plot(page)).to_be_visible()
    page.locator("pareto-plot .plot").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("pareto-plot [role=status].visually-hidden")).to_have_text(
        "#8, 82.00\u00a0%, 9\u00a0k parameters"
    )
    expect(page.locator(".plot-tip")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/individuals/8/", timeout=PATIENCE)


def test_a_point_is_named_under_the_pointer_and_opens_with_a_click(page: Page, address: str) -> None:
    page.goto(address)
    box = plot(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 10 / 10.4, box["y"] + box["height"] * 0.05)
    expect(page.locator(".plot-tip")).to_contain_text("#9")
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**/individuals/9/", timeout=PATIENCE)


def test_without_scripts_picture_form_and_table_do_the_same(new_context: Open, address: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(address)
    expect(page.locator("svg.scatter")).to_be_visible()
    expect(page.locator("#front tbody tr")).to_have_count(10)
    page.fill("#cost-from", "6000")
    page.get_by_role("button", name="Select").click()
    expect(page.locator("#selection .value")).to_have_text("5")
    expect(page.locator("svg.scatter .selected")).to_have_count(1)
    page.click("text=Show in the population")
    expect(page.locator(".population-table tbody tr")).to_have_count(5)


def test_a_running_search_grows_in_the_plot_and_in_the_table(
    page: Page, live_server: LiveServer, made: Population
) -> None:
    made.experiment.state = "running"
    made.experiment.save()
    page.clock.install()
    page.goto(f"{live_server.url}/experiments/{made.experiment.pk}/pareto/")
    expect(page.locator("#front tbody tr")).to_have_count(10)
    expect(plot(page)).to_be_visible()
    made.add(0.99, network="best", parameters=20_000)
    page.clock.run_for(11_000)
    expect(page.locator("#front tbody tr")).to_have_count(11)
    made.experiment.state = "finished"
    made.experiment.save()
    page.clock.run_for(11_000)
    expect(page.locator("pareto-plot")).to_have_attribute("data-state", "done")
