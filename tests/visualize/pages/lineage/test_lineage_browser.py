"""The lineage and the comparison as a person uses them, in a real browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment, Individual
from search.selectors import lineage
from tests.search.searching import small_config, started, work_off
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SELECTED = "lineage-tree:not(.narrow) .dot.selected"


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


@pytest.fixture
def row(transactional_db: None) -> Individual:
    experiment = work_off(started(small_config(individuals=25)))
    return experiment.individuals.order_by("-generation", "-step")[0]


@pytest.fixture
def address(row: Individual, live_server: LiveServer) -> str:
    return f"{live_server.url}/experiments/{row.experiment_id}/individuals/{row.step}/lineage/"


def steps(row: Individual) -> list[str]:
    return [str(kin.step) for kin in lineage.ancestors(row).members]


def test_the_tree_is_one_tab_stop_and_arrows_walk_it(page: Page, address: str, row: Individual) -> None:
    page.goto(address)
    dots = page.locator("lineage-tree:not(.narrow) .dot")
    expect(page.locator(SELECTED)).to_have_attribute("data-step", str(row.step))
    assert (
        page.evaluate("document.querySelectorAll('lineage-tree:not(.narrow) .dot[tabindex=\"0\"]').length")
        == 1
    )
    page.locator(SELECTED).focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(SELECTED)).to_have_attribute("data-step", steps(row)[-2])
    expect(page.locator(SELECTED)).to_be_focused()
    expect(page.locator("lineage-tree:not(.narrow) .said")).to_contain_text(f"#{steps(row)[-2]}, generation")
    page.keyboard.press("ArrowRight")
    expect(page.locator(SELECTED)).to_have_attribute("data-step", str(row.step))
    page.keyboard.press("Home")
    expect(page.locator(SELECTED)).to_have_attribute("data-step", steps(row)[0])
    page.keyboard.press("ArrowDown")
    expect(page.locator(SELECTED)).to_have_attribute("data-step", steps(row)[1])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/individuals/{steps(row)[1]}/")
    assert dots.count() == 0


def test_a_click_selects_and_a_double_click_opens(page: Page, address: str, row: Individual) -> None:
    page.goto(address)
    first = page.locator(f'lineage-tree:not(.narrow) .dot[data-step="{steps(row)[0]}"]')
    first.click()
    expect(page.locator(SELECTED)).to_have_attribute("data-step", steps(row)[0])
    assert page.url == address
    expect(page.locator("lineage-tree:not(.narrow) .lineage-link")).to_have_attribute(
        "href", re.compile(rf"/individuals/{steps(row)[0]}/lineage/$")
    )
    first.dblclick()
    page.wait_for_url(f"**/individuals/{steps(row)[0]}/")


def test_back_next_and_the_scrubber_move_through_the_frames(
    page: Page, address: str, row: Individual
) -> None:
    page.goto(address)
    frame = page.locator(".stage .frame")
    expect(frame).to_have_attribute("data-step", str(row.step))
    page.get_by_role("link", name="Back").click()
    expect(frame).to_have_attribute("data-step", steps(row)[-2])
    expect(page).to_have_url(re.compile(rf"frame={len(steps(row)) - 1}"))
    page.get_by_role("slider", name="Frame").focus()
    page.keyboard.press("Home")
    expect(frame).to_have_attribute("data-step", steps(row)[0])
    page.keyboard.press("ArrowRight")
    expect(frame).to_have_attribute("data-step", steps(row)[1])
    expect(page.locator(".stage .changed")).to_have_count(1)
    page.reload()
    expect(frame).to_have_attribute("data-step", steps(row)[1])


def test_nothing_moves_from_one_frame_to_the_next(page: Page, address: str) -> None:
    where = """[...document.querySelectorAll('.stage .frame-cell .disc, .stage .frame-motif .disc')]
        .map((disc) => { const box = disc.getBoundingClientRect(); return [box.x, box.y + scrollY]; })"""
    page.goto(f"{address}?frame=1")
    before = page.evaluate(where)
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".counter")).to_contain_text("2 of")
    expect(page.locator(".stage .changed")).to_have_count(1)
    assert page.evaluate(where) == before
    assert len(before) == 5 + 6 * 4


def test_it_plays_to_the_end_and_stops_and_fetches_a_few_frames_ahead(
    page: Page, address: str, row: Individual
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/frame/" in request.url else None)
    page.goto(address)
    assert asked == []
    page.get_by_label("Speed").select_option("fast")
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Space")
    expect(page.locator(".counter")).to_contain_text("1 of")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=30_000)
    expect(page.locator(".stage .frame")).to_have_attribute("data-step", str(row.step))
    assert len(asked) == len(set(asked)) == len(steps(row))


def test_a_frame_that_cannot_be_had_is_said_and_the_next_one_works(
    browser: Any, address: str, row: Individual
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/frame/*", lambda route: route.abort())
    page.goto(address)
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute("**/frame/*")
    page.get_by_role("link", name="Back").click()
    expect(page.locator(".stage .frame")).to_have_attribute("data-step", steps(row)[-3])
    expect(page.locator(".replay-fault")).to_be_hidden()
    context.close()


def test_without_scripts_everything_is_a_link(new_context: Open, address: str, row: Individual) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(address)
    page.get_by_role("link", name="Back").click()
    expect(page.locator(".stage .frame")).to_have_attribute("data-step", steps(row)[-2])
    page.get_by_role("spinbutton", name="Frame").fill("1")
    page.get_by_role("button", name="Go").click()
    expect(page.locator(".stage .frame")).to_have_attribute("data-step", steps(row)[0])
    page.get_by_role("link", name="Siblings").click()
    page.locator(f'.dot[data-step="{steps(row)[0]}"]').click()
    assert page.url.endswith(f"/individuals/{steps(row)[0]}/")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone(
    new_context: Open, address: str, row: Individual, live_server: LiveServer, theme: str
) -> None:
    page = new_context(390, color_scheme=theme).new_page()
    other = f"{row.experiment_id}/0"
    for path in (
        address,
        f"{address}?show=siblings",
        f"{address}?show=fittest&replay=best",
        address.replace("/lineage/", "/diff/"),
        f"{live_server.url}/diff/?left={other}&right={row.experiment_id}/{row.step}",
        f"{live_server.url}/diff/?left={other}&right=liu2018",
        f"{live_server.url}/diff/",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_two_genotypes_are_chosen_and_swapped_in_the_form(
    page: Page, row: Individual, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/diff/")
    page.get_by_label("Before", exact=True).fill(f"{row.experiment_id}/0")
    page.get_by_label("After", exact=True).fill(f"{row.experiment_id}/{row.step}")
    page.keyboard.press("Enter")
    expect(page.locator(".diff-said h2")).to_contain_text("edges differ")
    expect(page.locator(".diff-cell .beside")).to_be_visible()
    expect(page.locator(".diff-cell .over")).to_be_hidden()
    page.set_viewport_size({"width": 1000, "height": 900})
    expect(page.locator(".diff-cell .over")).to_be_visible()
    expect(page.locator(".diff-cell .beside")).to_be_hidden()
    page.get_by_role("link", name="Swap before and after").click()
    expect(page.get_by_label("After", exact=True)).to_have_value(f"{row.experiment_id}/0")


def test_the_tabs_lead_to_lineage_and_diff(page: Page, row: Individual, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/experiments/{row.experiment_id}/individuals/{row.step}/")
    page.get_by_role("link", name="Diff with parent").click()
    expect(page.locator(".diff-said")).to_be_visible()
    page.get_by_role("link", name="Lineage", exact=True).click()
    expect(page.locator("lineage-tree").first).to_be_visible()
    assert Experiment.objects.count() == 1
