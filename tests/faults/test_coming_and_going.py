"""The short form of `python -m tests.faults.coming_and_going`: each way to end once, and the books afterwards."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.coming_and_going import FATES
from tests.processes import ROOT

pytestmark = [pytest.mark.service, pytest.mark.slow]


def test_workers_come_and_go_and_no_attempt_counts_that_ended_in_order(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.faults.coming_and_going",
        "--minutes",
        "0",
        "--folder",
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-4000:]
    lines = done.stdout.splitlines()
    assert "violations: 0" in lines[-1]
    assert {line[7:] for line in lines[:-1]} == {fate.name for fate in FATES}
