"""The importance of features asked for and waited for in a real browser."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from search.worker.importance import run_importance
from tests.browser.test_every_page import axe_violations
from tests.visualize.conftest import Open
from tests.visualize.pages.motifs.test_importance import population

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark")])
def test_asked_for_and_shown_when_it_is_there(
    new_context: Open, live_server: LiveServer, width: int, scheme: str
) -> None:
    made = population(50)
    touch = width < 400
    page = new_context(width, has_touch=touch, is_mobile=touch, color_scheme=scheme).new_page()
    page.goto(f"{live_server.url}/experiments/{made.experiment.pk}/what-works/")
    button = page.locator("#importance button")
    if touch:
        button.tap()
    else:
        button.focus()
        page.keyboard.press("Enter")
    expect(page.locator("#importance")).to_contain_text("A worker that learns is at it")
    run_importance(experiment_id=made.experiment.pk)
    expect(page.locator("#importance tbody tr").first).to_contain_text("sep 3×3")
    expect(button).to_have_text("Work it out again")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert axe_violations(page) == ""
