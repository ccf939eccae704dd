"""Two servers on one folder would each take the other's running work for abandoned."""

import subprocess
import sys
from pathlib import Path

import pytest

from nasweb.embedded.locking import AlreadyRunning, folder_lock

HOLD_AND_DIE = """
import os, pathlib, sys
from nasweb.embedded.locking import folder_lock
with folder_lock(pathlib.Path(sys.argv[1])) as lock:
    lock.describe("the first one")
    os.kill(os.getpid(), 9)
"""


def test_a_second_server_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    with folder_lock(tmp_path) as lock:
        lock.describe("http://127.0.0.1:8000, process 12")
        with pytest.raises(AlreadyRunning, match=r"already runs on .*8000, process 12.*NASWEB_VAR_DIR"):
            folder_lock(tmp_path).__enter__()


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with folder_lock(tmp_path):
        pass
    with folder_lock(tmp_path):
        pass


def test_a_killed_server_leaves_the_folder_free(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", HOLD_AND_DIE, tmp_path], check=False)
    assert "the first one" in (tmp_path / "serve.lock").read_text()
    with folder_lock(tmp_path):
        pass
