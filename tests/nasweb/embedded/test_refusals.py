"""A start that cannot work says what is wrong and what helps, in one line, and touches nothing."""

import os
import shutil
import socket
import subprocess
import sys
from argparse import ArgumentTypeError
from collections import namedtuple
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from nasweb.embedded.database import NewerDatabase, pending_migrations, told
from nasweb.embedded.disk_space import LEAST_BYTES, DiskSpaceWatch
from nasweb.embedded.web import PortTaken, listen
from nasweb.management.commands.serve import port, processes
from tests.build.tree import ROOT

UNSET = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
Usage = namedtuple("Usage", "total used free")


def start(folder: Path) -> tuple[int, str]:
    """Of `manage.py serve` on a folder: its status and its complaint."""
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--empty"],
        cwd=ROOT,
        env={**environment, "NASWEB_VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_damaged_database_is_left_as_it_is_and_the_way_back_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nasweb.sqlite3"
    path.write_bytes(b"no database" * 1000)
    status, said = start(tmp_path)
    assert status == 1
    assert said.startswith(
        f"CommandError: The database {path} cannot be read: file is not a database. Move it aside"
    )
    assert "manage.py restore" in said
    assert said.count("\n") == 1
    assert path.read_bytes() == b"no database" * 1000


def test_a_folder_that_is_none_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    status, said = start(tmp_path / "var")
    assert status == 1
    assert said == (
        f"SettingError: NASWEB_VAR_DIR={str(tmp_path / 'var')!r} in the environment is not right: "
        "use a folder that can be written to (it is a file)\n"
    )


@pytest.mark.parametrize(
    "problem, answer",
    [
        ("file is not a database", "Move it aside"),
        ("database disk image is malformed", "Move it aside"),
        ("database or disk is full", "Free some"),
        ("attempt to write a readonly database", "Check who owns"),
        ("unable to open database file", "Check who owns"),
        ("something new", "refuses to work: something new"),
    ],
)
def test_what_sqlite_says_is_told_with_what_helps(problem: str, answer: str) -> None:
    if connection.vendor != "sqlite":
        assert told(DatabaseError(problem)) == f"The database of DATABASE_URL does not answer: {problem}"
        return
    said = told(DatabaseError(problem))
    assert answer in said
    assert problem in said


@pytest.mark.django_db
def test_an_older_version_does_not_start_on_what_a_newer_one_has_changed() -> None:
    assert not pending_migrations()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('search', '9999_later', '2030-01-01'),"
            " ('an_app_of_somebody_else', '0001_initial', '2030-01-01')"
        )
    with pytest.raises(NewerDatabase, match=r"search\.9999_later.*Start that version, or restore"):
        pending_migrations()


@pytest.mark.parametrize("text", ["0", "-5", "70000", "http", "", "8000.0"])
def test_a_port_that_is_none_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="not a whole number from 1 to 65535"):
        port(text)


def test_at_least_one_training_process_is_wanted() -> None:
    assert processes("3") == 3
    with pytest.raises(ArgumentTypeError, match="not a whole number from 1 to 1024"):
        processes("0")


def test_a_port_that_this_user_may_not_use_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbidden)
    with pytest.raises(PortTaken, match=r"This user may not use port 80\. Choose another"):
        listen(80)


def test_little_room_on_the_disk_is_told_once_and_so_is_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    room = DiskSpaceWatch(tmp_path, said.append)
    for free in (5 * LEAST_BYTES, LEAST_BYTES - 1, 0, LEAST_BYTES + 1, 2 * LEAST_BYTES, 5 * LEAST_BYTES):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: Usage(0, 0, free))
        room.look()
    assert said == [
        f"There are 99 MB left on the disk of {tmp_path}. Free some: without room, trainings cannot be kept and are"
        " done again.",
        f"There is room on the disk of {tmp_path} again; searches go on by themselves.",
    ]
