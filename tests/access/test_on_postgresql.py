"""Every rule's refused request and who owns what, once more on PostgreSQL, where strangers are let in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

HERE = Path(__file__).parent
AGAIN = ("test_every_address_has_a_rule.py", "test_owners.py", "test_tokens.py", "test_gate.py")


@pytest.mark.service
@pytest.mark.slow
def test_the_same_requests_are_refused_on_postgresql(postgresql_url: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        *(str(HERE / name) for name in AGAIN),
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    environment = {
        **os.environ,
        "DATABASE_URL": f"{postgresql_url}nasweb",
        "NASWEB_SECRET_KEY": "only for tests",
    }
    environment.pop("PYTEST_XDIST_WORKER", None)
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-10_000:] + run.stderr[-2000:]
    assert "skipped" not in run.stdout.splitlines()[-1]
