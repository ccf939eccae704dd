"""The Makefile decides what is installed and with which environment; a recorder stands in for Python."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.build.tree import ROOT

RECORDER = '#!/bin/sh\necho "$NASWEB_DEVICE|$NASWEB_ALLOWED_HOSTS|$*" >> calls\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is installed already."""
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(RECORDER)
    python.chmod(0o755)
    for stamp in ("torch-index", "installed"):
        (tmp_path / ".venv" / stamp).touch()
    return tmp_path


def make(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        ["make", *arguments],
        cwd=project,
        env={**keep, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def calls(project: Path) -> list[str]:
    log = project / "calls"
    return log.read_text().splitlines() if log.exists() else []


def test_a_second_start_installs_nothing(project: Path) -> None:
    assert make(project, "run").returncode == 0
    assert calls(project) == ["||manage.py serve"]


def test_new_pins_are_installed(project: Path) -> None:
    later = time.time() + 60
    os.utime(project / "requirements.txt", (later, later))
    make(project, "run")
    assert calls(project)[0].split()[1:3] == ["pip", "install"]
    assert "-r requirements.txt" in calls(project)[0]


def test_port_and_workers_reach_the_command(project: Path) -> None:
    make(project, "run", "PORT=9000", "WORKERS=3")
    assert calls(project) == ["||manage.py serve --port 9000 --workers 3"]


def test_no_shell_looks_at_the_env_file_which_manage_py_reads(project: Path) -> None:
    (project / ".env").write_text("NASWEB_DEVICE=$(touch executed)\nNASWEB_ALLOWED_HOSTS=`touch executed`\n")
    make(project, "run", NASWEB_DEVICE="cpu")
    assert calls(project) == ["cpu||manage.py serve"]
    assert not (project / "executed").exists()


def test_another_build_of_pytorch_replaces_the_present_one_once(project: Path) -> None:
    index = "TORCH_INDEX=file:///builds/cpu"
    make(project, "install", index)
    torch = calls(project)
    assert torch[0].endswith("pip uninstall --quiet --yes torch torchvision")
    assert "torch==" in torch[1]
    assert "torchvision==" in torch[1]
    assert torch[1].endswith("--index-url file:///builds/cpu")
    make(project, "install", index)
    make(project, "install")
    assert calls(project) == torch, "the choice is remembered"


def test_an_old_python_is_refused_with_a_remedy(project: Path) -> None:
    shutil.rmtree(project / ".venv")
    refused = make(project, "run", "PYTHON=/no/such/python")
    assert refused.returncode != 0
    assert "nasweb needs Python 3.11 or later" in refused.stderr
    assert "PYTHON=" in refused.stderr
    assert not (project / ".venv").exists()
