"""A file of settings is data: what a shell would do with its characters happens to none of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nasweb.dotenv import BadEnvFile, load_env_file, read_env_file
from tests.build.tree import ROOT


def written(folder: Path, content: bytes) -> Path:
    path = folder / ".env"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "line,value",
    [
        (rb"NAME=postgres://nas:p$ss@h/n", "postgres://nas:p$ss@h/n"),
        (rb"NAME=k$(touch /tmp/executed)z", "k$(touch /tmp/executed)z"),
        (rb'NAME=a"b`c', 'a"b`c'),
        (rb"NAME='/data/my pictures'", "/data/my pictures"),
        (rb'NAME="a $b" # why', "a $b"),
        (rb"export NAME=1", "1"),
        (b"\xef\xbb\xbfNAME=1", "1"),
        (rb"NAME=~/nas", "~/nas"),
        (b"NAME=/srv/data\r", "/srv/data"),
        (rb"NAME = spaced out  # a comment", "spaced out"),
        (rb"NAME=a#b", "a#b"),
        (rb"NAME=", ""),
        ("NAME=/data/Müller/图".encode(), "/data/Müller/图"),
    ],
)
def test_a_value_is_what_stands_there(tmp_path: Path, line: bytes, value: str) -> None:
    assert read_env_file(
        written(tmp_path, b"\n# first\n" * (not line.startswith(b"\xef")) + line + b"\n")
    ) == {"NAME": value}


@pytest.mark.parametrize(
    "content,told",
    [
        (b"A=1\nwhat is this\n", r"\.env, line 2: 'what is this' is not NAME=VALUE"),
        (b"A='open\n", "line 1: the quote at the beginning of A is not closed"),
        (b"A=1\nB=2\nA=3\n", "line 3: A stands in line 1 already"),
        (b"A=\xe4\n", "line 1: is not UTF-8"),
        ("A=1\n".encode("utf-16"), "is not UTF-8|UTF-16"),
    ],
)
def test_a_line_that_is_no_setting_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(BadEnvFile, match=told):
        read_env_file(written(tmp_path, content))


def test_the_environment_wins_and_a_missing_file_is_none(tmp_path: Path) -> None:
    environment = {"A": "mine", "B": ""}
    load_env_file(tmp_path / ".env", environment)
    load_env_file(written(tmp_path, b"A=theirs\nB=2\nC=3\n"), environment)
    assert environment == {"A": "mine", "B": "2", "C": "3"}


def test_manage_py_reads_it_and_refuses_a_bad_one_in_one_line(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(ROOT / "nasweb", project / "nasweb", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("search", "visualize", "templates", "static"):
        (project / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "manage.py", project)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NASWEB", "DATABASE", "REDIS"))}
    environment["NASWEB_VAR_DIR"] = str(tmp_path / "var")

    def shown(content: bytes) -> subprocess.CompletedProcess[str]:
        written(project, content)
        code = "from django.conf import settings; print(settings.LOG_LEVEL, settings.DATA_DIR)"
        command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )

    good = shown(b"NASWEB_LOG_LEVEL='ERROR'\r\nNASWEB_DATA_DIR=~/pictures\r\n")
    assert good.stdout.split() == ["ERROR", str(Path("~/pictures").expanduser())], good.stderr
    bad = shown(b"LOG LEVEL\n")
    assert bad.returncode == 1
    assert bad.stderr.splitlines() == ["BadEnvFile: .env, line 1: 'LOG LEVEL' is not NAME=VALUE"]
