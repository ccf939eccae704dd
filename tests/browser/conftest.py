"""A browser, and pages for it to look at.

- `browser`: Chromium, one for each file of tests.
- `context`: its window; whatever a page in it complains about fails the test.
- `desk`, `phone`: a page on a large screen and one on a small one for fingers, dark; both of high resolution.
- `site`, `empty_site`: the pages in front of prepared rows, and in front of none (site.py).
- `system`: everything, as `make run` starts it (system.py).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import PHONE, quiet_context, running_chromium
from tests.browser.site import Site, serving_prepared


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: Playwright's loop runs in this thread, and other tests have loops of their own."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with quiet_context(browser) as context:
        yield context


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """On a screen of high resolution."""
    with quiet_context(browser, device_scale_factor=2) as context:
        yield context.new_page()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    options: dict[str, Any] = {
        "viewport": PHONE,
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    }
    with quiet_context(browser, color_scheme="dark", **options) as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run's that all its processes know: to prepare the rows takes half a minute."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "prepared"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, common: Path) -> Iterator[Site]:
    with serving_prepared(tmp_path_factory.mktemp("site"), common=common) as site:
        yield site


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory, common: Path) -> Iterator[Site]:
    with serving_prepared(tmp_path_factory.mktemp("empty-site"), empty=True, common=common) as site:
        yield site


@pytest.fixture(scope="session")
def sites(site: Site, empty_site: Site) -> dict[str, Site]:
    return {"prepared": site, "empty": empty_site}
