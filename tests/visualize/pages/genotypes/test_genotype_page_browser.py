"""The genotype page as a person uses it, in a real browser."""

import json

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Genotype
from tests.visualize.conftest import Open
from tests.visualize.pictures import PAPER, some_genotype

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def context(new_context: Open) -> BrowserContext:
    return new_context()


@pytest.fixture
def address(live_server: LiveServer) -> str:
    document = PAPER.to_json()
    row = Genotype.objects.create(
        key=PAPER.key,
        text=PAPER.text,
        space=document["space"],
        levels=document["levels"],
        operation_counts={},
    )
    return f"{live_server.url}/genotypes/{row.key}/"


@pytest.fixture
def page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def lit(page: Page) -> set[str]:
    ids = page.eval_on_selector_all("g.lit, article.lit", "parts => parts.map((part) => part.id)")
    return set(ids)


def test_a_click_on_an_edge_of_the_cell_lands_on_its_motif_and_the_address_keeps_the_edge(page: Page) -> None:
    page.click("#L3-M1-e1-4 .pill-text")
    page.wait_for_url("**/?edge=L3-M1-e1-4#motif-L2-M3")
    expect(page.locator("#motif-L2-M3")).to_be_in_viewport()
    expect(page.locator("#motif-L2-M3")).to_be_focused()
    page.reload()
    expect(page.locator("#L3-M1-e1-4.selected")).to_have_count(1)
    page.go_back()
    assert "edge" not in page.url


def test_the_same_by_keyboard_alone(page: Page) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#L3-M1-e1-2') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**#motif-L2-M5")
    expect(page.locator("#motif-L2-M5")).to_be_focused()


def test_the_same_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.click("#L3-M1-e1-4 .pill-text")
    assert page.url.endswith("#motif-L2-M3")
    page.click("text=Raw")
    expect(page.locator("#genotype-text")).to_have_text(PAPER.text)
    context.close()


def test_pointing_at_a_motif_lights_all_its_uses(page: Page) -> None:
    page.hover("#motif-L2-M5 h3")
    assert lit(page) == {"motif-L2-M5", "L3-M1-e1-2", "L3-M1-e2-5", "L3-M1-e3-5", "L3-M1-e4-5"}
    page.hover("#L3-M1-e2-4 .pill-text")
    assert lit(page) == {"motif-L2-M1", "L3-M1-e2-4"}


def test_texts_are_copied(context: BrowserContext, page: Page) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("text=Raw")
    page.click("[data-copy=genotype-json]")
    expect(page.locator("#copied")).to_have_text("Copied")
    assert json.loads(page.evaluate("navigator.clipboard.readText()")) == PAPER.to_json()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone(browser: Browser, live_server: LiveServer, theme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    for genotype in (PAPER, some_genotype("flat")):
        document = genotype.to_json()
        Genotype.objects.create(
            key=genotype.key,
            text=genotype.text,
            space=document["space"],
            levels=document["levels"],
            operation_counts={},
        )
        for tab in ("hierarchy", "flattened", "training", "raw"):
            page.goto(f"{live_server.url}/genotypes/{genotype.key}/?tab={tab}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab
    context.close()


def test_colours_follow_the_theme_and_a_drawing_has_none_of_its_own(page: Page) -> None:
    stroke = "getComputedStyle(document.querySelector('#L2-M1-e1-3 .line')).stroke"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(stroke) == "rgb(74, 108, 240)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(stroke) == "rgb(108, 140, 255)"
