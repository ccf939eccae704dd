"""The live examples of the help page, as somebody who learns uses them."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_motif_is_put_together_mutated_and_a_tournament_watched(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/help/")
    page.evaluate("document.body.dataset.same = 'page'")
    expect(page.locator("#motifs .strong")).to_contain_text("It builds 4 operations")
    page.locator("#motifs select").first.focus()
    page.keyboard.press("ArrowUp")  # the keyboard alone
    expect(page.locator("#motifs .strong")).not_to_contain_text("25,002 parameters")
    expect(page.locator("#motifs select").first).to_be_focused()
    for select in page.locator("#motifs select").all():
        select.select_option("0")
    expect(page.locator("#motifs .notice")).to_contain_text("this motif builds nothing")

    edit = page.locator("#mutate p").first.inner_text()
    page.click("#mutate-again")
    expect(page.locator("#mutate p").first).not_to_have_text(edit)
    expect(page.locator("#mutate .edge.changed")).to_have_count(2)

    drawn = page.locator(".contestant.drawn .mono").all_inner_texts()
    page.focus("#draw-again")
    page.keyboard.press("Enter")
    expect(page.locator(".contestants.watched .wins")).to_have_count(1)
    assert page.locator(".contestant.drawn .mono").all_inner_texts() != drawn
    assert page.evaluate("document.body.dataset.same") == "page"  # nothing was loaded anew
