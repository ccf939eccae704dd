"""Every link of every page leads somewhere, and to a place that is there."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.browser.links import read, within
from tests.browser.pages import NOT_PAGES, PAGES
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_every_link_of_every_page_leads_somewhere(sites: dict[str, Site]) -> None:
    """Of links that differ only in numbers, keys and values one is tried for each page."""
    read_already: dict[str, int] = {}
    broken = []
    for row in PAGES:
        page = read(sites[row.site].at(row.path))
        assert page.status == row.status, row.name
        alike: set[str] = set()
        for address, fragment in within(page, sites[row.site].address):
            if fragment and address == page.address and fragment not in page.ids:
                broken.append(f"{row.name}: #{fragment} is not on the page")
            shape = re.sub(r"\d+|[0-9a-f]{32}|=[^&]*", "*", address)
            if shape in alike or address in read_already:
                continue
            alike.add(shape)
            read_already[address] = read(address).status
            if read_already[address] >= 400:
                broken.append(f"{row.name}: {address} answers {read_already[address]}")
    assert broken == []


def test_every_page_has_its_row(site: Site) -> None:
    """An address that is neither in the table nor named as no page of its own is an untested page."""
    rows = {resolve(urlsplit(site.at(row.path)).path).view_name for row in PAGES if row.status == 200}
    names = {name for name in _names(get_resolver()) if not name.startswith("api:")}
    assert names - rows - NOT_PAGES == set()


def _names(resolver: URLResolver, space: str = "") -> list[str]:
    names = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            names += _names(pattern, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            names.append(f"{space}{pattern.name}")
    return names
