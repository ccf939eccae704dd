"""The script that measures how soon pages are drawn measures pages that are drawn."""

import pytest
from playwright.sync_api import Browser

from tests.browser.drawing_times import TARGET, drawing_times, percentile
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_pages_whose_plots_a_script_draws_are_timed_to_their_end(browser: Browser, site: Site) -> None:
    for path in ("/experiments/{large}/", "/experiments/{finished}/pareto/"):
        times = drawing_times(browser, site, [path.format_map(site.names)], 1)
        ((drawn,), (live,)) = times.drawn, times.live
        assert 0 < drawn <= live < 20 * TARGET


def test_the_percentile_of_a_few_loads_is_their_slowest() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
