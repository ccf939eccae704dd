"""The step that looks packages up: each of its outcomes, with a stand-in for pip-audit that says what that would."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.build import audit
from tests.build.tree import ROOT

GOOD: dict[str, Any] = {"name": "django", "version": "5.2.19", "vulns": []}
WEAK = {"name": "six", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": []}]}
SKIPPED = {"name": "torch", "skip_reason": "Dependency not found and could not be audited"}


def stand_in(folder: Path, *rows: dict[str, Any], errors: str = "", status: int = 0) -> list[str]:
    """A command that answers so, as pip-audit does: 1 for a weakness, no JSON where it cannot ask."""
    script = folder / "pip_audit.py"
    answer = json.dumps({"dependencies": rows, "fixes": []}) if rows else ""
    script.write_text(
        f"import sys\nsys.stdout.write({answer!r})\nsys.stderr.write({errors!r})\nsys.exit({status})\n"
    )
    return [sys.executable, str(script)]


def outcome(command: list[str], *, required: bool = False) -> tuple[int, str]:
    return audit.verdict(audit.ask(command), required=required)


def test_packages_without_a_weakness_pass(tmp_path: Path) -> None:
    status, text = outcome(stand_in(tmp_path, GOOD, {**GOOD, "name": "celery"}))
    assert (status, text) == (0, "Audit: 2 pinned packages looked up, no known weakness.")


def test_a_known_weakness_fails_the_build_and_is_named(tmp_path: Path) -> None:
    status, text = outcome(stand_in(tmp_path, GOOD, WEAK, SKIPPED, status=1))
    assert status == audit.FOUND
    assert "six 1.0 has PYSEC-1; mended in 1.1" in text


@pytest.mark.parametrize("required, wanted", [(False, 0), (True, audit.NOTHING_LOOKED_UP)])
def test_without_a_network_the_build_passes_and_says_loudly_that_nothing_was_looked_up(
    tmp_path: Path, required: bool, wanted: int
) -> None:
    for command in (
        stand_in(tmp_path, errors="ConnectionError: Could not connect to the service", status=1),
        [str(tmp_path / "is-not-there")],
    ):
        status, text = outcome(command, required=required)
        assert status == wanted
        assert "AUDIT: NOTHING WAS LOOKED UP" in text
    assert "could not be audited" in outcome(stand_in(tmp_path, SKIPPED))[1]  # a registry without the list


def test_a_list_that_knows_only_some_packages_fails(tmp_path: Path) -> None:
    status, text = outcome(stand_in(tmp_path, GOOD, SKIPPED))
    assert status == audit.FOUND
    assert "torch" in text


def test_it_is_a_step_of_make_test_and_required_by_make_audit() -> None:
    def steps(target: str) -> str:
        return subprocess.run(
            ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    assert "-m tests.build.audit\n" in steps("test")
    assert "-m tests.build.audit --required\n" in steps("audit")
