"""A browser, and pages for it to look at.

- `browser`: Chromium, one for each file of tests.
- `context`: its window; whatever a page in it complains about fails the test.
- `site`, `empty_site`: the pages in front of prepared rows, and in front of none (site.py).
- `system`: everything, as `make run` starts it (system.py).
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.chromium import quiet_context, running_chromium
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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving_prepared(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving_prepared(tmp_path_factory.mktemp("empty-site"), empty=True) as site:
        yield site


@pytest.fixture(scope="session")
def sites(site: Site, empty_site: Site) -> dict[str, Site]:
    return {"prepared": site, "empty": empty_site}
