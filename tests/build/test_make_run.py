"""The one command, as a person runs it: real broker, real pages, real trainings, killed and started again."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.build.tree import ROOT
from tests.nasweb.embedded.waiting import wait_until

pytestmark = [pytest.mark.service, pytest.mark.slow]

UNSET = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL")


class Server:
    """`manage.py serve` on a folder of its own, in a process group of its own like a terminal's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder.parent / f"{folder.name}.output"
        environment = {name: value for name, value in os.environ.items() if name not in UNSET}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env={**environment, "NASWEB_VAR_DIR": str(folder)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def address(self) -> str | None:
        found = re.search(r"runs at (http://\S+)", self.said)
        return found and found[1]

    def wait_for_page(self) -> str:
        wait_until(lambda: self.address or self.process.poll() is not None, seconds=60)
        assert self.address, self.said
        return self.address

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)  # a terminal sends it to the whole group
        assert self.process.wait(timeout=40) == 0, self.said

    def query(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "nasweb.sqlite3", timeout=20)) as database:
            return database.execute(sql).fetchall()

    def finished(self) -> int:
        """Individuals that have a fitness."""
        count: int = self.query("SELECT count(*) FROM search_individual WHERE state = 'done'")[0][0]
        return count


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()
        wait_until(lambda: not processes_of(folder))


def processes_of(folder: Path) -> list[str]:
    """All that runs on the folder, told by the environment that children inherit."""
    mark = f"NASWEB_VAR_DIR={folder}\0".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it ended meanwhile, or is not ours
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def test_a_search_goes_on_where_ctrl_c_stopped_it(folder: Path) -> None:
    with serving(folder) as server:
        address = server.wait_for_page()
        with urlopen(f"{address}/experiments/") as page:
            assert "Quick demo" in page.read().decode()
        wait_until(lambda: server.finished() >= 2, seconds=300)
        server.press_ctrl_c()
        assert processes_of(folder) == []
        assert "starting it again" not in server.said
        records = server.query("SELECT * FROM search_fitnessrecord ORDER BY id")
        assert server.query("SELECT count(*) FROM search_evaluation WHERE state = 'failed'") == [(0,)]

    with serving(folder) as server:
        server.wait_for_page()
        wait_until(lambda: server.finished() >= len(records) + 2, seconds=300)
        again = server.query("SELECT * FROM search_fitnessrecord ORDER BY id")
        assert again[: len(records)] == records, "a finished record changed"
        assert server.query("SELECT count(*) FROM search_experiment") == [(1,)], (
            "only a first start makes one"
        )


def test_a_killed_supervisor_leaves_no_process_and_loses_nothing(folder: Path) -> None:
    with serving(folder) as server:
        server.wait_for_page()
        wait_until(lambda: server.finished() >= 2, seconds=300)
        server.process.kill()
        server.process.wait()
        wait_until(lambda: not processes_of(folder), seconds=15)
        before = server.finished()

    with serving(folder) as server:
        server.wait_for_page()
        wait_until(lambda: server.finished() >= before + 2, seconds=300)
        lost = "SELECT count(*) FROM search_individual WHERE state IN ('failed', 'cancelled')"
        assert server.query(lost) == [(0,)]


def test_a_second_server_on_the_same_folder_is_refused(folder: Path) -> None:
    with serving(folder) as first:
        address = first.wait_for_page()
        refused = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**os.environ, "NASWEB_VAR_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1
        assert f"already runs on {folder} ({address}, process {first.process.pid})" in refused.stderr
        assert first.process.poll() is None


def test_a_killed_web_server_comes_back_at_the_same_address(folder: Path) -> None:
    with serving(folder) as server:
        address = server.wait_for_page()
        web = next(
            int(process.name)
            for process in Path("/proc").glob("[0-9]*")
            if b"gunicorn" in _read(process / "cmdline")
            and str(folder).encode() in _read(process / "environ")
        )
        os.kill(web, signal.SIGKILL)
        wait_until(lambda: "web: was ended by SIGKILL" in server.said)
        time.sleep(0.2)
        with urlopen(f"{address}/healthz", timeout=30) as page:
            assert page.status == 200
        server.press_ctrl_c()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
