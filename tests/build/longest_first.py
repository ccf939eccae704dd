"""Where several processes share the tests, files that take minutes are begun first, so that the processes end together.
Loaded by pyproject.toml."""

import os
from collections import Counter

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Within a file nothing changes. Of two files that hold slow tests the one with more of them comes first."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    tests = Counter(item.path for item in items)
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    started = Counter(item.path for item in items if is_started(item))
    items.sort(key=lambda item: (-slow[item.path], -started[item.path], -tests[item.path], str(item.path)))


def is_started(item: pytest.Item) -> bool:
    """Whether a server or a browser is started for it."""
    return any(item.get_closest_marker(name) for name in ("service", "browser"))
