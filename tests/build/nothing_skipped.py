"""Where CI=true, a skipped test is a failed one, and so is a folder of tests that pytest passes over: a green run must
have run everything. Loaded by pyproject.toml."""

import os
from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from fnmatch import fnmatch

import pytest

STRICT = os.environ.get("CI") == "true"


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and with CI=true nothing may be. {reason}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several processes share the tests by their ids, and run of those with one id the first only: schemathesis leaves
    the operation out of its ids, so that one of 90 was asked."""
    for item in items:
        _, bracket, case = item.name.partition("[")
        if bracket and not item.nodeid.endswith("]"):
            item._id = replace(item._id, params=case.removesuffix("]"))
    twice = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if twice:
        raise pytest.UsageError(f"several tests have one id, of which one would run: {', '.join(twice)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse(report)
    return report


def pytest_configure(config: pytest.Config) -> None:
    """pytest passes over folders by their names, and says nothing: the tests in `build` did not run for days."""
    root, passed_over = config.rootpath, config.getini("norecursedirs")
    files = (
        path.relative_to(root)
        for name in config.getini("testpaths")
        for path in root.glob(f"{name}/**/test_*.py")
    )
    lost = [
        str(path)
        for path in files
        if any(fnmatch(part, pattern) for part in path.parts for pattern in passed_over)
    ]
    if STRICT and lost:
        raise pytest.UsageError(
            f"never collected, see norecursedirs in pyproject.toml: {', '.join(sorted(lost))}"
        )
