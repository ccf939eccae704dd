"""A custom space built with fields in the form of a shared training, by mouse, keyboard and finger."""

import re

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from search.models import Artifact
from tests.browser.test_every_page import axe_violations
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width, scheme, scale", [(1280, "light", 1), (390, "dark", 2)])
def test_fields_write_the_space_and_the_memory_follows(
    new_context: Open, live_server: LiveServer, width: int, scheme: str, scale: int
) -> None:
    touch = width < 400
    page = new_context(
        width, has_touch=touch, is_mobile=touch, color_scheme=scheme, device_scale_factor=scale
    ).new_page()
    page.goto(f"{live_server.url}/shared-trainings/new/")
    expect(page.locator("space-builder")).to_be_hidden()
    page.select_option("#id_space", "custom")
    expect(page.get_by_label("Level 2: motifs")).to_have_value("6")
    before = page.locator("#shared-estimate dd").first.inner_text()
    for name in ("dw 3×3", "max 3×3"):
        box = page.get_by_label(name)
        box.tap() if touch else box.uncheck()
    page.get_by_label("The cell: nodes").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    expect(page.locator("#space-figures figure")).to_have_count(2)
    expect(page.locator("#shared-estimate dd").first).not_to_have_text(before)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert axe_violations(page) == ""
    start = page.get_by_role("button", name="Start")
    start.tap() if touch else start.click()
    page.wait_for_url(re.compile(r"/shared-trainings/\d+/"))
    space = Artifact.objects.get().document["space"]
    assert space["levels"] == [{"motifs": 6, "nodes": 4}, {"motifs": 1, "nodes": 3}]
    assert "max3x3" not in space["primitives"]
