"""The best network of the ready-made search has its test score on its page after one click: everything is real."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from search.evolution.experiments.presets import PRESETS
from search.evolution.finals.presets import DEFAULT_PRESET, FINAL_PRESETS
from tests.browser.system import System, running_system
from tests.processes import eventually

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

PATIENCE = 240_000
"""Milliseconds: a quick machine needs a few seconds, a busy one minutes."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running_system(tmp_path_factory.mktemp("one-click"), workers=1) as system:
        yield system


def test_one_click_on_the_best_leads_to_its_test_score(system: System, context: BrowserContext) -> None:
    document = PRESETS["quick"].config.to_json()
    document["budget"]["individuals"], document["strategy"]["initial_population"] = 2, 2
    document["protocol"]["repeats"], document["decisions"] = 1, {}
    body = {"name": "Ready-made, two networks", "config": document, "start": True}
    search = system.api("experiments", body)["id"]
    eventually(
        lambda: system.api(f"experiments/{search}")["state"] == "finished",
        "the search ends",
        seconds=PATIENCE / 1000,
    )
    best = system.api(f"experiments/{search}")["best"]["step"]
    page = context.new_page()
    page.goto(f"{system.address}/experiments/{search}/individuals/{best}/")
    page.click("#final-evaluation")
    page.wait_for_url("**/finals/*/")
    page.evaluate("window.neverReloaded = true")
    runs = int(FINAL_PRESETS[DEFAULT_PRESET].values["repeats"])
    expect(page.locator(".final-state")).to_contain_text("Done", timeout=PATIENCE)
    expect(page.locator(".numbers div").first).to_contain_text(re.compile(r"\d+\.\d\d.%"))
    expect(page.locator(".numbers div").first).to_contain_text(f"{runs} runs")
    assert page.evaluate("window.neverReloaded"), "the page follows the training by itself"
    [row] = system.api("finals")["items"]
    assert (row["state"], row["finished"]) == ("done", runs)
    # Digits are guessed right one time in ten; the ready-made recipe learns them.
    assert row["accuracy"] > 0.5
