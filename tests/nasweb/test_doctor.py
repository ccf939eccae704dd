"""`manage.py doctor`: it is right about what works, and says what helps where something does not."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections import namedtuple
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.fixtures import Settings

from nasweb.doctor import machine, parts
from nasweb.doctor.findings import Finding, examined
from search.services.workers import report_worker
from tests.build.tree import ROOT

Usage = namedtuple("Usage", "total used free")


def states(found: list[dict[str, Any]]) -> dict[str, str]:
    return {row["part"]: row["state"] for row in found if row["state"] != "note"}


@pytest.mark.django_db(transaction=True)
def test_on_a_machine_where_the_tests_run_all_works(broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", broker)
    report_worker(name="training@here", device="cpu", version="trainer 1", processes=1)
    out = StringIO()
    call_command("doctor", "--json", stdout=out)
    found = json.loads(out.getvalue())
    works = {"python", "pytorch", "data sets", "graphviz", "database", "broker", "workers", "disk"}
    assert {name: state for name, state in states(found).items() if name != "packages"} == dict.fromkeys(
        works, "ok"
    )
    assert any("digits" in row["said"] for row in found if row["part"] == "data sets")


def test_all_that_fails_is_named_with_its_remedy_and_without_its_password(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": "postgres://somebody:a-password@127.0.0.1:1/none",
        "REDIS_URL": "redis://:a-password@127.0.0.1:1/0",
        "NASWEB_SECRET_KEY": secrets.token_urlsafe(48),
        "NASWEB_DEVICE": "cuda:99",
        "NASWEB_VAR_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "What fails: pytorch, database, broker." in done.stderr
    assert "a-password" not in done.stdout + done.stderr
    for remedy in ("Set NASWEB_DEVICE to auto or cpu", "Start PostgreSQL, or mend", "Start Redis, or mend"):
        assert remedy in done.stdout


def only(findings: list[Finding], state: str) -> Finding:
    [found] = [finding for finding in findings if finding.state == state]
    return found


def test_a_full_disk_is_a_failure(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = settings.DATA_DIR = tmp_path / "not" / "there" / "yet"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 5_000_000))
    assert only(list(machine.disk()), "fails").remedy == "Free some, or name another folder."


REPORT = {
    "torch": "2.13.0+cpu", "cuda": "", "gpu": "", "device": "cpu", "problem": "", "kernels": "", "datasets": {},
}  # fmt: skip


def test_a_gpu_that_the_build_cannot_use_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nvidia0").touch()
    monkeypatch.setattr(machine, "DEVICE_FILES", tmp_path)
    assert "make run TORCH_INDEX=" in only(list(machine.training_findings(REPORT)), "note").remedy


def test_a_machine_without_a_compiler_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "DEVICE_FILES", tmp_path)
    assert [finding.part for finding in machine.training_findings(REPORT)] == ["pytorch", "data sets"]
    found = only(list(machine.training_findings(REPORT | {"kernels": "there is no C compiler"})), "note")
    assert (found.part, "apt-get install gcc" in found.remedy) == ("kernels", True)
    assert found.said == "training runs by torch's own operations: there is no C compiler"


def test_looking_for_a_database_does_not_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        return
    missing = tmp_path / "nasweb.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(missing))
    assert "is not there yet" in only(list(parts.database()), "note").said
    assert list(parts.workers()) == []
    assert not missing.exists()


def test_what_nobody_thought_of_is_a_finding_too() -> None:
    def broken() -> Any:
        raise KeyError("odd")

    assert only(examined("odd", broken), "fails").said == "could not be examined: KeyError: 'odd'"
