"""The script of `nas slurm-script` with real workers, under a stand-in for Slurm that begins an array and warns it."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from search import tasks
from search.models import Evaluation, Worker
from tests.client.conftest import in_a_process
from tests.processes import ROOT, Running, database_url, eventually
from tests.search.searching import small_config, started
from tests.search.workers.conftest import Gate

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


class StandInSlurm:
    """`sbatch`, as far as the script asks for it: `--array`, and `--signal=B:` to the batch shell alone."""

    def __init__(self, script: Path, stack: ExitStack) -> None:
        text = script.read_text()
        first, last = (int(part) for part in self._directive(text, "array").split("-"))
        name = self._directive(text, "signal").removeprefix("B:").partition("@")[0]
        self.signal = signal.Signals[f"SIG{name}"]
        self.tasks = [
            stack.enter_context(
                Running(
                    ["bash", str(script)],
                    script.with_name(f"task-{number}.log"),
                    environment={"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": str(number)},
                )
            )
            for number in range(first, last + 1)
        ]

    @staticmethod
    def _directive(text: str, name: str) -> str:
        found = re.search(rf"^#SBATCH --{name}=(\S+)$", text, re.MULTILINE)
        assert found is not None, name
        return found[1]

    def warn(self) -> None:
        """As it does before the time limit."""
        for task in self.tasks:
            os.kill(task.pid, self.signal)


def has_ended(task: Running) -> bool:
    return task.process.poll() is not None


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_an_array_of_real_workers_trains_and_ends_in_order_when_it_is_warned(
    transactional_db: None, broker: str, tmp_path: Path, gate: Gate, stack: ExitStack
) -> None:
    environment = {
        "DATABASE_URL": database_url(connection.settings_dict),
        "REDIS_URL": broker,
        "NASWEB_VAR_DIR": str(tmp_path),
        "NASWEB_DATA_DIR": str(settings.DATA_DIR),
        "NASWEB_SECRET_KEY": "only for tests",
        **gate.environment,
    }
    environment["NASWEB_TRAINER"] = environment.pop("trainer")
    env_file = tmp_path / "nasweb.env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
    wanted = ("--workers", "2", "--gpus", "0", "--folder", str(ROOT), "--env-file", str(env_file))
    done = in_a_process("-m", "nasweb.client", "slurm-script", *wanted, "--python", sys.executable)
    script = tmp_path / "job.sbatch"
    script.write_text(done.stdout)
    slurm = StandInSlurm(script, stack)
    for task in slurm.tasks:
        eventually(partial(task.said, "ready."), "the worker is ready", seconds=600)
    tasks.advance(started(small_config(individuals=1, in_flight=1, protocol={"repeats": 2})).pk)
    gate.await_training()
    names = {"training@slurm-7-1", "training@slurm-7-2"}
    assert Evaluation.objects.get().worker in names
    slurm.warn()
    for task in slurm.tasks:
        eventually(partial(has_ended, task), "the task ends", seconds=600)
    assert [task.process.returncode for task in slurm.tasks] == [0, 0]
    evaluation = Evaluation.objects.get()
    assert (evaluation.state, evaluation.attempts, evaluation.records.count()) == ("waiting", 0, 1)
    assert set(Worker.objects.exclude(stopped_at=None).values_list("name", flat=True)) >= names
