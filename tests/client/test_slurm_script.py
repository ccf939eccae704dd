"""`nas slurm-script`: what it prints is a script that a scheduler runs, and its worker ends in order."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from nasweb.client.commands.cluster import env_file
from nasweb.client.commands.shared_options import UsageError
from tests.client.conftest import in_a_process
from tests.processes import Running, eventually

STAND_IN = """\
#!{python}
import signal, sys, time
def end(*_):
    print("ended in order", flush=True)
    sys.exit(0)
signal.signal(signal.SIGUSR1, end)
print("began", *sys.argv[1:], flush=True)
while True:
    time.sleep(0.05)
"""


def script(*options: str) -> str:
    done = in_a_process("-m", "nasweb.client", "slurm-script", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    for number, options in enumerate(
        ((), ("--gpus", "0", "--folder", "/a folder/here", "--env-file", "it's.env"))
    ):
        path = tmp_path / f"{number}.sh"
        path.write_text(script(*options))
        done = subprocess.run(["shellcheck", path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


def test_the_warning_of_the_scheduler_reaches_the_worker_and_the_script_ends_well(tmp_path: Path) -> None:
    """A stand-in for sbatch: it runs the script as a task of the array, and signals the batch shell alone (B:)."""
    python = tmp_path / "python"
    python.write_text(STAND_IN.format(python=sys.executable))
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    batch = tmp_path / "job.sh"
    batch.write_text(script("--python", str(python), "--workers", "2", "--time", "1:00:00"))
    task = {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2"}
    with Running(["bash", str(batch)], tmp_path / "out.log", environment=task) as running:
        eventually(lambda: running.said("began"), "the worker began")
        os.kill(running.pid, signal.SIGUSR1)
        eventually(lambda: running.process.poll() is not None, "the script ends")
        assert running.process.returncode == 0
    began = running.log.splitlines()[0]
    assert "--lifetime 3480s --stagger 240s --name slurm-7-2" in began
    assert running.log.splitlines()[1:] == ["ended in order"]


def test_what_would_leave_no_time_to_train_is_refused_with_the_numbers() -> None:
    done = in_a_process("-m", "nasweb.client", "slurm-script", "--time", "0:05:00")
    assert (done.returncode, done.stdout) == (2, "")
    assert "more than 360 s is needed" in done.stderr


def test_a_file_of_settings_is_read_as_data(tmp_path: Path) -> None:
    path = tmp_path / "nasweb.env"
    path.write_text(
        "# a comment\nDATABASE_URL=postgres://me:p$(x)@host/db?sslmode=require\nexport REDIS_URL='rediss://h:1/0'\n"
    )
    assert env_file(str(path)) == {
        "DATABASE_URL": "postgres://me:p$(x)@host/db?sslmode=require",
        "REDIS_URL": "rediss://h:1/0",
    }
    path.write_text("A=1\nnot a setting\n")
    with pytest.raises(UsageError, match="line 2: 'not a setting' is not NAME=VALUE"):
        env_file(str(path))
