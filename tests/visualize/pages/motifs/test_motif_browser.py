"""The motifs of an experiment as a person reads them."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment, MotifUse
from tests.search.searching import small_config, started, work_off
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE = 30_000
"""Milliseconds: twenty drawings of a process that has drawn none before."""


@pytest.fixture
def experiment(settings: Any) -> Experiment:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"
    return work_off(started(small_config(individuals=30)))


@pytest.fixture
def address(experiment: Experiment, live_server: LiveServer) -> str:
    return f"{live_server.url}/experiments/{experiment.pk}/motifs/"


def test_filters_and_headings_renew_the_list_and_the_address(page: Page, address: str) -> None:
    page.goto(address, timeout=PATIENCE)
    page.select_option("#motif-level", "3")
    expect(page.locator(".motif-table .level").first).to_have_text("level 3", timeout=PATIENCE)
    assert "level=3" in page.url
    page.click("#sort-first")
    expect(page.locator("[aria-sort=ascending]")).to_contain_text("First seen", timeout=PATIENCE)
    assert "level=3" in page.url
    page.go_back()
    expect(page.locator("[aria-sort=descending]")).to_contain_text("Carriers", timeout=PATIENCE)
    expect(page.locator("#motif-level")).to_have_value("3")
    page.click("text=Clear")
    expect(page.locator("#motif-level")).to_have_value("", timeout=PATIENCE)


def test_from_a_motif_to_its_carriers(page: Page, address: str) -> None:
    page.goto(address, timeout=PATIENCE)
    link = page.locator(".carriers a").first
    carriers = int(link.inner_text())
    link.click()
    expect(page.locator(".population-head")).to_contain_text(f"{carriers} match")


def test_from_a_cell_down_to_a_motif_it_is_made_of(
    page: Page, experiment: Experiment, live_server: LiveServer
) -> None:
    cell = MotifUse.objects.filter(level=3, uses__gt=0).select_related("motif").earliest("pk").motif
    page.goto(f"{live_server.url}/motifs/{cell.key}/", timeout=PATIENCE)
    below = page.locator(".parts-list a").first
    name = below.locator(".mono").inner_text()
    below.click()
    expect(page.locator("h1")).to_contain_text(name, timeout=PATIENCE)


def test_an_edge_of_the_drawing_leads_to_the_motif_that_it_carries(
    page: Page, experiment: Experiment, live_server: LiveServer
) -> None:
    cell = MotifUse.objects.filter(level=3, uses__gt=0).select_related("motif").earliest("pk").motif
    page.goto(f"{live_server.url}/motifs/{cell.key}/", timeout=PATIENCE)
    edge = page.locator(".picture .edge a").first
    target = edge.get_attribute("href") or ""
    assert target.startswith("/motifs/")
    edge.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}", timeout=PATIENCE)


def test_without_scripts_the_filter_has_a_button(new_context: Open, address: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(address, timeout=PATIENCE)
    page.select_option("#motif-operation", "sep3x3")
    page.click("text=Show")
    expect(page.locator("#motif-operation")).to_have_value("sep3x3")
    expect(page.locator(".motif-table .level").first).to_have_text("level 2")


@pytest.mark.parametrize("view", ["motifs", "mutations"])
def test_nothing_scrolls_sideways_on_a_phone(
    new_context: Open, experiment: Experiment, live_server: LiveServer, view: str
) -> None:
    page = new_context(width=390).new_page()
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/{view}/", timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
