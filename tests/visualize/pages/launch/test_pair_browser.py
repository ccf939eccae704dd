"""From a box in the launch form to both cells on a page, as a person goes, in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.search.searching import work_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _instant(settings: Any) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"


def test_a_ticked_box_evolves_two_cells_that_the_pages_show_and_the_editor_changes(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/experiments/new/?preset=quick")
    page.get_by_label("Name", exact=True).fill("A pair")
    page.get_by_label("Networks to try").fill("6")
    page.get_by_text("Pairs of cells, parameter limit, rare settings").click()
    page.select_option("#id_space", "custom")
    expect(page.locator("#space-figures")).to_contain_text("The cell")
    page.get_by_label("Normal and reduction cell").check()
    expect(page.locator("#space-figures")).to_contain_text("The normal and the reduction cell")
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A pair")
    experiment = Experiment.objects.get()
    assert experiment.config["space"]["reduction_cell"] is True
    assert [level["motifs"] for level in experiment.config["space"]["levels"]] == [6, 2]
    work_off(experiment)

    page.goto(f"{live_server.url}/experiments/{experiment.pk}/individuals/0/")
    for name in ("normal cell", "reduction cell"):
        expect(
            page.get_by_role("region", name=f"The {name}", exact=True).get_by_role("heading")
        ).to_have_text(f"The {name}")
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/individuals/0/edit/")
    page.get_by_role("button", name="Reduction cell").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The reduction cell")
    page.locator("#L3-M2-e1-2").focus()
    before = page.locator("#L3-M2-e1-2").text_content()
    page.keyboard.press("2" if before != "M2" else "3")
    expect(page.get_by_text("1 change from #0")).to_be_visible()

    page.goto(f"{live_server.url}/experiments/new/?from={experiment.pk}")
    expect(page.get_by_label("Normal and reduction cell")).to_be_checked()
