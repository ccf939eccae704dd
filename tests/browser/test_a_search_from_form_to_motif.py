"""What a person does first, in one go: launch a search, watch it, pause and resume it, look at what it found.

Everything is real: the form, the broker, the workers, the trainings on images, the browser.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.system import System, running_system

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

NETWORKS = 24
"""So many, of so many steps, that a quick machine is not through with them before the pause; and no more than one page
of the table holds."""
PATIENCE = 240_000
"""Milliseconds: a busy machine trains for minutes where an idle one takes seconds."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running_system(tmp_path_factory.mktemp("system")) as system:
        yield system


def launch_a_small_demo(page: Page, system: System) -> None:
    """The ready-made experiment, its fields turned down: fewer and shorter trainings."""
    page.goto(system.address)
    page.click("text=Configure")
    expect(page.locator(".preset[aria-current]")).to_contain_text("Quick demo")
    page.fill("#id_name", "From form to motif")
    page.fill("#id_individuals", str(NETWORKS))
    page.fill("#id_initial_population", "4")
    page.fill("#id_channels", "2")
    page.fill("#id_steps", "100")
    page.fill("#id_repeats", "1")
    page.click("summary:has-text('Early decisions')")
    page.fill("#id_first_repeats", "0")
    expect(page.locator("#estimate")).to_contain_text(f"{NETWORKS} ×")
    page.click("button:has-text('Launch')")
    page.wait_for_url("**/experiments/1/")


def last_point(page: Page) -> int:
    """The last individual that the curve holds, as the arrow keys reach it and say it; -1 while there is no curve."""
    plot = page.locator("[data-plot=fitness][role=group]")
    if not plot.count():
        return -1
    plot.focus()
    plot.press("End")
    said = re.match(r"#([\d,]+)", page.locator("live-curves > .visually-hidden").inner_text())
    plot.evaluate("plot => plot.blur()")
    return int(said[1].replace(",", "")) if said else -1


def wait_for_networks(page: Page, count: int) -> None:
    """Until so many are done by what the page says; it is never reloaded."""
    said = "count => Number(document.querySelector('.progress-line .strong').textContent.replace(',', '')) >= count"
    page.wait_for_function(said, arg=count, timeout=PATIENCE)


def test_launch_watch_pause_resume_and_land_on_a_motif(system: System, context: BrowserContext) -> None:
    page = context.new_page()
    launch_a_small_demo(page, system)
    expect(page.locator("h1")).to_have_text("From form to motif")

    page.evaluate("window.neverReloaded = true")
    wait_for_networks(page, 2)
    page.wait_for_selector("[data-plot=fitness] canvas", timeout=PATIENCE)
    before = last_point(page)
    wait_for_networks(page, 4)
    page.wait_for_timeout(2500)  # the curve asks every two seconds
    assert last_point(page) > before >= 0
    assert page.evaluate("window.neverReloaded")

    page.click("#pause")
    expect(page.locator("h1 + .badge")).to_have_text("Paused")
    # What was in training runs to its end; then nothing moves any more.
    expect(page.locator("#side")).to_contain_text("Nothing: the search is paused.", timeout=PATIENCE)
    done = page.locator(".progress-line .strong").inner_text()
    page.wait_for_timeout(4000)
    assert page.locator(".progress-line .strong").inner_text() == done
    assert int(done) < NETWORKS

    page.click("#resume")
    expect(page.locator("h1 + .badge")).to_have_text(re.compile("Running|Finished"))
    expect(page.locator("h1 + .badge")).to_have_text("Finished", timeout=PATIENCE)
    expect(page.locator(".progress-line")).to_contain_text(f"{NETWORKS} / {NETWORKS}")
    page.click("#rows-individuals")
    expect(page.locator(".population-table tbody tr")).to_have_count(NETWORKS)

    best = page.locator(".kpi", has_text="Best fitness").locator(".value").inner_text()
    page.click("[aria-label='Best network'] a:has-text('Open #')")
    expect(page.locator(".numbers")).to_contain_text(best)
    edge = page.locator(".edge[data-uses]").first
    motif = edge.get_attribute("data-uses")
    edge.locator(".pill-text").click()
    expect(page.locator(f"#motif-{motif}")).to_be_focused()
    expect(page.locator(f"#motif-{motif}")).to_be_in_viewport()
    assert page.url.endswith(f"#motif-{motif}")
