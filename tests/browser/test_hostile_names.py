"""A name is text, whatever it says, wherever it stands."""

from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Dialog, expect

from tests.browser.site import Site
from tests.browser.stage import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKED = "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>"


def test_a_hostile_name_is_shown_as_it_is_and_does_nothing(context: BrowserContext, site: Site) -> None:
    said: list[str] = []

    def refuse(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page = context.new_page()
    page.on("dialog", refuse)
    for path in (
        "/experiments/?name=owned",
        "/experiments/{hostile}/",
        "/experiments/{hostile}/individuals/0/",
    ):
        page.goto(site.at(path))
        expect(page.get_by_text(HOSTILE, exact=True).first).to_be_visible()
        assert page.locator("img").count() == 0
        assert page.title() != "owned"
    assert said == []


@pytest.mark.parametrize(
    "path",
    [
        "/experiments/?name=",
        "/experiments/new/?preset=",
        "/experiments/{finished}/?q=",
        "/experiments/{finished}/?state=",
        "/experiments/{finished}/?sort=",
        "/experiments/{finished}/?page=",
        "/experiments/{finished}/individuals/0/?tab=",
        "/experiments/{finished}/individuals/0/?edge=",
    ],
)
def test_what_an_address_asks_for_is_text_too(context: BrowserContext, site: Site, path: str) -> None:
    page = context.new_page()
    page.goto(site.at(path) + quote(ASKED))
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("img").count() == 0
    assert page.title() != "owned"


def test_an_experiment_is_launched_with_such_a_name(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    page.goto(site.at("/experiments/new/"))
    page.fill("#id_name", ASKED)
    page.click("button:has-text('Launch')")
    expect(page.locator("h1")).to_have_text(ASKED)
