"""Whoever meets a word of the system on a page finds, on that page, the way to where it is explained."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.request import urlopen

import pytest

from tests.browser.pages import PAGES, Row
from tests.browser.site import Site
from visualize.style.glossary import TERMS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EMPTY = {"br", "img", "input", "meta", "link", "hr"}
NO_PROSE = {"a", "script", "style", "svg", "nav", "option", "button", "label", "textarea", "pre", "summary"}
"""What these hold is a control, a picture or a quotation."""
DATA = {"help", "reason", "error"}
"""Classes of texts that stand in forms and rows of data, where nothing can be linked."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.prose: list[str] = []
        self.explained: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        classes = set((attributes.get("class") or "").split())
        if tag == "a" and "term" in classes:
            self.explained.add((attributes.get("href") or "").partition("#")[2])
        if tag not in EMPTY:
            self.open.append((tag, tag in NO_PROSE or bool(classes & DATA)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A shape of a drawing."""

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if any(name == "main" for name, _ in self.open) and not any(silent for _, silent in self.open):
            self.prose.append(data)


def unexplained(html: str) -> Iterator[str]:
    reader = _Reader()
    reader.feed(html)
    prose = " ".join(reader.prose)
    for term in TERMS:
        found = re.search(rf".{{0,60}}\b{re.escape(term.name)}s?\b.{{0,40}}", prose, re.IGNORECASE)
        if found and term.anchor not in reader.explained:
            yield f"{term.name}: …{found[0].strip()}…"


@pytest.mark.parametrize(
    "row",
    [row for row in PAGES if row.status == 200 and row.name not in ("help", "api-docs")],
    ids=lambda row: row.name,
)
def test_every_word_on_a_page_leads_to_its_explanation(sites: dict[str, Site], row: Row) -> None:
    with urlopen(sites[row.site].at(row.path), timeout=30) as answer:
        missing = list(unexplained(answer.read().decode()))
    assert not missing, "\n".join(missing)
