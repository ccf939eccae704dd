"""What was edited is kept: undo and redo, other motifs, reloads, other tabs."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.evolution.networks.phenotype import build_phenotype
from search.services.proposing.genotypes import store_genotype
from tests.visualize.conftest import Open
from tests.visualize.editor_steps import BOXES, answered, edge, now, opened
from tests.visualize.pictures import PAPER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: LiveServer) -> str:
    store_genotype(PAPER, build_phenotype(PAPER))
    return f"{live_server.url}/genotypes/{PAPER.key}/edit/"


def test_undo_and_redo_restore_every_motif_and_lead_to_the_edge(page: Page, address: str) -> None:
    opened(page, f"{address}?motif=L2-M1")
    steps = [now(page)]
    for motif, name, key in (
        ("L2-M1", "L2-M1-e1-2", "1"),
        ("L2-M3", "L2-M3-e2-4", "Delete"),
        ("L3-M1", "L3-M1-e1-5", "6"),
    ):
        page.click(f"[data-place={motif}]")
        edge(page, name).focus()
        page.keyboard.press(key)
        steps.append(now(page))
    expect(page.locator("[data-field=changes]")).to_contain_text("3 changes")
    expect(page.locator("[data-place=L2-M3]")).to_have_class(re.compile("touched"))
    for index in (2, 1, 0):
        page.click("[data-act=undo]")
        assert now(page) == steps[index]
    expect(edge(page, "L2-M1-e1-2")).to_be_focused()
    expect(page.locator("[data-act=undo]")).to_be_disabled()
    for index in (1, 2, 3):
        page.keyboard.press("Control+y")
        assert now(page) == steps[index]
    expect(edge(page, "L3-M1-e1-5")).to_be_focused()
    page.keyboard.press("Control+z")
    edge(page, "L3-M1-e1-5").press("2")
    expect(page.locator("[data-act=redo]")).to_be_disabled()  # another way was taken
    page.click("[data-act=reset]")
    assert now(page) == PAPER
    page.click("[data-act=undo]")
    assert now(page) == steps[2].with_edge(3, 1, 5, 1, 2)


def test_nodes_stay_where_they_are_from_motif_to_motif(page: Page, address: str) -> None:
    opened(page, f"{address}?motif=L2-M1")
    boxes = page.evaluate(BOXES)
    for motif in ("L2-M4", "L2-M6", "L2-M1"):
        page.click(f"[data-place={motif}]")
        expect(page.locator(f"#{motif}-e1-2")).to_be_visible()
        assert page.evaluate(BOXES) == boxes


def test_a_draft_survives_a_reload_and_belongs_to_its_tab(new_context: Open, address: str) -> None:
    context = new_context()
    one, other = (opened(context.new_page(), f"{address}?motif=L2-M1") for _ in range(2))
    with answered(one):
        edge(one, "L2-M1-e1-2").press("1")
    with answered(other):
        edge(other, "L2-M1-e1-3").press("6")
    changed = now(one)
    one.once("dialog", lambda dialog: dialog.accept())
    with answered(one):
        one.reload()
    assert now(one) == changed == PAPER.with_edge(2, 1, 2, 1, 1)
    assert now(other) == PAPER.with_edge(2, 1, 3, 1, 6)
    one.click("[data-act=undo]")
    assert now(one) == PAPER
    other.once("dialog", lambda dialog: dialog.accept())
    other.goto("about:blank")


def test_leaving_asks_only_when_something_would_be_lost(page: Page, address: str) -> None:
    asked: list[str] = []

    def accept(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    opened(page, address)
    edge(page, "L3-M1-e1-2").click()  # the browser asks nobody who did not touch the page
    page.keyboard.press("Escape")
    page.goto("about:blank")
    assert asked == []
    opened(page, address)
    edge(page, "L3-M1-e1-2").click()
    page.keyboard.press("1")
    page.goto("about:blank")
    assert asked == ["beforeunload"]


def test_the_text_is_copied(new_context: Open, address: str) -> None:
    context = new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(context.new_page(), f"{address}?motif=L2-M1")
    with answered(page):
        edge(page, "L2-M1-e1-2").press("1")
    page.click(".as-text summary")
    wanted = PAPER.with_edge(2, 1, 2, 1, 1).text
    expect(page.locator("#genotype-text")).to_have_text(wanted)
    page.click("[data-act=copy]")
    expect(page.locator("[data-field=said]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == wanted
