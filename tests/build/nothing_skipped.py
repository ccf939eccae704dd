"""Where CI=true, a skipped test is a failed one, and so is a folder of tests that pytest passes over: a green run must
have run everything. Loaded by pyproject.toml."""

import os
from collections.abc import Generator
from fnmatch import fnmatch

import pytest

STRICT = os.environ.get("CI") == "true"


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and with CI=true nothing may be. {reason}"


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
