"""A custom space built with fields, by mouse, keyboard and finger; the JSON beside it follows, and leads."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.browser.test_every_page import axe_violations
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AREA = "#id_space_document"
FIGURES = "#space-figures"


def document(page: Page) -> Any:
    return json.loads(page.locator(AREA).input_value())


def test_custom_begins_as_what_was_chosen_and_fields_write_the_json(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/experiments/new/")
    expect(page.locator("space-builder")).to_be_hidden()
    page.select_option("#id_space", "custom")
    expect(page.locator(".space-level")).to_have_count(2)
    expect(page.get_by_label("Level 2: motifs")).to_have_value("6")
    expect(page.locator(FIGURES)).to_contain_text("7.5 × 10^38")
    page.get_by_role("button", name="Add a level").click()
    expect(page.get_by_label("Level 3: motifs")).to_be_focused()
    page.get_by_label("Level 3: nodes").fill("4")
    page.get_by_label("max 3×3").uncheck()
    assert document(page)["levels"] == [
        {"motifs": 6, "nodes": 4}, {"motifs": 3, "nodes": 4}, {"motifs": 1, "nodes": 5}
    ]  # fmt: skip
    assert "max3x3" not in document(page)["primitives"]
    expect(page.locator(f"{FIGURES} figure")).to_have_count(3)
    page.get_by_label("Remove level 2").click()
    page.get_by_label("The cell: nodes").fill("1")
    expect(page.locator(f"{FIGURES} .error")).to_have_text("Level 3, nodes: at least 2, not 1.")
    page.get_by_label("The cell: nodes").fill("3")
    expect(page.locator(f"{FIGURES} figure")).to_have_count(2)
    assert axe_violations(page) == ""
    page.get_by_role("button", name="Launch").click()
    page.wait_for_url("**/experiments/*/")
    assert Experiment.objects.get().config["space"]["levels"] == [
        {"motifs": 3, "nodes": 4}, {"motifs": 1, "nodes": 3}
    ]  # fmt: skip


def test_by_keyboard_the_json_fills_the_fields(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/experiments/new/")
    page.select_option("#id_space", "custom")
    page.locator(AREA).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(
        '{"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 4}], "primitives": ["dw3x3"]}'
    )
    expect(page.get_by_label("Level 2: motifs")).to_have_value("2")
    expect(page.locator("space-builder [type=checkbox]:checked")).to_have_count(1)
    page.keyboard.type(",")
    expect(page.locator("[data-unread]")).to_be_visible()
    page.get_by_label("Level 2: nodes").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-unread]")).to_be_hidden()
    page.keyboard.press("Enter")  # in a field of the builder it launches nothing
    assert document(page)["levels"][0] == {"motifs": 2, "nodes": 4}
    assert not Experiment.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_by_finger(new_context: Open, live_server: LiveServer, scheme: str) -> None:
    phone = new_context(390, has_touch=True, is_mobile=True, color_scheme=scheme).new_page()
    phone.goto(f"{live_server.url}/experiments/new/")
    phone.select_option("#id_space", "custom")
    phone.get_by_role("button", name="Add a level").tap()
    phone.get_by_label("avg 3×3").tap()
    expect(phone.locator(f"{FIGURES} figure")).to_have_count(3)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert axe_violations(phone) == ""
