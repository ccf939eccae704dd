"""The shortened form of `make faults`: every kind of fault once on the real parts, and an audit afterwards."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.kinds import BY_NAME
from tests.faults.searches import INSTANT_INDIVIDUALS
from tests.processes import ROOT

pytestmark = [pytest.mark.service, pytest.mark.slow]


def run(folder: Path, *arguments: str) -> dict[str, Any]:
    """The report of a run that ended in order."""
    command = [
        sys.executable,
        "-m",
        "tests.faults",
        "--folder",
        str(folder),
        "--later-individuals",
        "60",
        *arguments,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-4000:]
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return report


FOUND = [
    # A claim whose commit did not wait for the disk was undone by a crash of PostgreSQL, and trained a second time.
    ("21", "postgresql"),
]


@pytest.mark.parametrize("seed, kinds", FOUND)
def test_a_seed_that_found_a_violation_finds_none_any_more(tmp_path: Path, seed: str, kinds: str) -> None:
    report = run(
        tmp_path, "--seed", seed, "--only", kinds, "--faults", "12", "--pause", "0.8", "--individuals", "60"
    )
    assert report["violations"] == []
    assert sum(report["hit"].values()) >= 12


def test_nothing_is_lost_under_every_kind_of_fault(tmp_path: Path) -> None:
    report = run(tmp_path, "--seed", "7", "--faults", str(len(BY_NAME)), "--pause", "0.3")
    assert set(report["hit"]) == set(BY_NAME)
    assert {name for name, hits in report["hit"].items() if not hits} == set()
    assert report["violations"] == []
    assert report["individuals"] > INSTANT_INDIVIDUALS >= 200
