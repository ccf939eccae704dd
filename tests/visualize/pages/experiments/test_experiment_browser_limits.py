"""The pages of experiments without scripts, on a phone, in either theme, and with many individuals."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.visualize.conftest import Open
from tests.visualize.searches import made_search

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
POPULATION = ".population-table tbody tr"


def test_everything_is_read_and_done_without_scripts(new_context: Open, live_server: LiveServer) -> None:
    experiment = made_search(60, planned=90, state="running")
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    assert page.locator("svg.chart").count() == 2
    page.get_by_role("link", name="Next").click()
    expect(page.locator(POPULATION).first).to_contain_text("#34")
    page.get_by_role("link", name="Params").click()
    expect(page.locator(POPULATION).first).to_contain_text("#0")
    page.get_by_role("link", name="Stop").click()
    page.get_by_role("button", name="Stop the search").click()
    expect(page.locator(".page-head .badge")).to_have_text("Stopped")
    page.goto(f"{live_server.url}/experiments/?state=running")
    expect(page.get_by_text("No experiment matches")).to_be_visible()


def test_the_theme_is_chosen_kept_and_repaints_the_curves(page: Page, live_server: LiveServer) -> None:
    experiment = made_search(30)
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    light = page.locator("[data-plot=fitness] canvas").screenshot()
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_timeout(200)
    assert page.locator("[data-plot=fitness] canvas").screenshot() != light
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(
    "path", ["/experiments/", "/experiments/new/", "/experiments/{}/", "/experiments/{}/stop/"]
)
def test_no_page_scrolls_sideways_on_a_phone(new_context: Open, live_server: LiveServer, path: str) -> None:
    experiment = made_search(
        40, failing=2, planned=7000, state="running", name="a_name_without_any_break_" * 6
    )
    page = new_context(390, has_touch=True, is_mobile=True).new_page()
    page.goto(live_server.url + path.format(experiment.pk))
    page.wait_for_timeout(400)
    assert page.evaluate(SIDEWAYS) == 0


DRAWINGS = """async (source) => {
  const { CurveData } = await import('/static/js/curve-data.js');
  const { fitnessPlot } = await import('/static/js/curve-plots.js');
  const answer = await (await fetch(source)).json();
  const data = new CurveData(7000);
  const place = document.createElement('div');
  document.body.append(place);
  data.add(answer);
  const plot = fitnessPlot(place, data);
  plot.show(data.tables());
  const canvas = document.createElement('canvas');
  const shown = place.querySelector('canvas');
  [canvas.width, canvas.height] = [shown.width, shown.height];
  document.body.append(canvas);
  const bare = canvas.getContext('2d');
  const dots = () => {
    bare.clearRect(0, 0, canvas.width, canvas.height);
    for (const [step, fitness] of answer.points) {
      bare.beginPath();
      bare.arc(step * canvas.width / 7000, (1 - fitness) * canvas.height, 1.5, 0, 2 * Math.PI);
      bare.fill();
    }
  };
  const update = () => plot.show(data.tables());
  const took = async (draw) => {
    const began = performance.now();
    draw();
    await new Promise(requestAnimationFrame);
    return performance.now() - began;
  };
  const best = { update: Infinity, dots: Infinity };
  for (let round = 0; round < 5; round++) {
    best.update = Math.min(best.update, await took(update));
    best.dots = Math.min(best.dots, await took(dots));
  }
  return best;
}"""
"""Milliseconds, the best of five each, taken by turns: an update of the page's plot, and as many dots alone."""


def test_an_update_of_seven_thousand_individuals_is_hardly_more_than_their_dots(
    page: Page, live_server: LiveServer
) -> None:
    experiment = made_search(6999, planned=7000, state="running")
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    expect(page.locator("#curves")).to_have_attribute("data-state", "streaming")
    best = page.evaluate(DRAWINGS, f"/experiments/{experiment.pk}/curves.json")
    assert best["update"] < 10 * best["dots"], best
