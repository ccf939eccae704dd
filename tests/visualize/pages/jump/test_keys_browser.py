"""Jump and keys in a real browser: by keyboard, by mouse and by finger."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from search.models import Experiment
from tests.browser.test_every_page import axe_violations
from tests.search.populations import Population
from tests.visualize.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DIALOG = "#jump-dialog"


@pytest.fixture
def experiment() -> Experiment:
    population = Population("Digits at night")
    for fitness in (0.5, 0.9, 0.7):
        population.add(fitness, network=f"n{fitness}")
    return population.experiment


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_a_key_opens_the_jump_and_enter_the_first_hit(
    page: Page, live_server: LiveServer, experiment: Experiment, key: str
) -> None:
    page.goto(f"{live_server.url}/workers/")
    page.keyboard.press(key)
    expect(page.locator("#jump-query")).to_be_focused()
    page.keyboard.type("at night")
    expect(page.locator("#jump-results [data-query='at night'] .hit")).to_have_count(2)
    assert axe_violations(page) == ""
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/experiments/{experiment.pk}/")


def test_arrows_choose_and_escape_gives_the_focus_back(
    page: Page, live_server: LiveServer, experiment: Experiment
) -> None:
    page.goto(f"{live_server.url}/help/")
    page.locator("[data-jump]").focus()
    page.keyboard.press("Enter")
    hits = page.locator("#jump-results .hit")
    expect(hits.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#jump-query")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(DIALOG)).to_be_hidden()
    expect(page.locator("[data-jump]")).to_be_focused()


def test_rows_previous_next_edit_and_the_list(
    page: Page, live_server: LiveServer, experiment: Experiment
) -> None:
    page.goto(f"{live_server.url}/experiments/{experiment.pk}/")
    for key, step in (("j", "1"), ("j", "2"), ("j", "0"), ("j", "0"), ("k", "2")):
        page.keyboard.press(key)
        expect(page.locator(f"tr[data-step='{step}'] a.step").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/individuals/2/")
    page.keyboard.press("[")
    page.wait_for_url("**/individuals/1/**")
    page.keyboard.press("]")
    page.wait_for_url("**/individuals/2/**")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    assert axe_violations(page) == ""
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")


def test_what_is_typed_into_a_field_is_no_key_and_single_keys_can_be_switched_off(
    page: Page, live_server: LiveServer, experiment: Experiment
) -> None:
    page.goto(f"{live_server.url}/experiments/")
    page.locator("#filter-name").press("/")
    expect(page.locator("#filter-name")).to_have_value("/")
    expect(page.locator(DIALOG)).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_label("Single keys do something").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()
    page.reload()
    page.keyboard.press("/")
    expect(page.locator(DIALOG)).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator(DIALOG)).to_be_visible()


def test_by_finger_on_a_phone(new_context: Open, live_server: LiveServer, experiment: Experiment) -> None:
    context = new_context(390, has_touch=True, is_mobile=True, device_scale_factor=2, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{live_server.url}/experiments/")
    page.locator("[data-jump]").tap()
    page.locator("#jump-query").fill("night")
    page.locator("#jump-results .hit", has_text="#1").tap()
    page.wait_for_url("**/individuals/1/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_diff_is_chosen_from_what_its_fields_offer(
    page: Page, live_server: LiveServer, experiment: Experiment
) -> None:
    page.goto(f"{live_server.url}/diff/")
    page.locator("#diff-left").fill("night")
    option = page.locator("#diff-individuals option")
    expect(option).to_have_count(1)
    expect(option).to_have_attribute("value", f"{experiment.pk}/1")
