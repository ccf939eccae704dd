"""Processes that are measured while they train: how they are started, and asked."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings

from search.worker.process_environment import training_environment

PROCESSES = 2
"""Training processes whose share of the memory the allocator gets, as on a machine with two cores."""


def training_process_environment(*, keeps_memory: bool = True) -> dict[str, str]:
    """This process's own, but for how memory is allocated: as workers do, or with the system's own settings."""
    environment = dict(os.environ)
    for name in ("MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_"):
        environment.pop(name, None)
    return {
        **environment,
        "OMP_NUM_THREADS": "1",
        **(training_environment(PROCESSES) if keeps_memory else {}),
    }


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of `tests.benchmarks.training`."""
    return [sys.executable, "-m", f"tests.benchmarks.training.{module}", *arguments]


class Child:
    """A process that answers each line of its input with a line of JSON."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def tell(self, line: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, float]:
        """Waits for it. Raises RuntimeError where the process has ended instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a network that was measured died (exit status {self._process.wait()})")
        answer: dict[str, float] = json.loads(line)
        return answer

    def ask(self, line: object) -> dict[str, float]:
        self.tell(line)
        return self.answer()


@contextmanager
def child(command: list[str], environment: Mapping[str, str]) -> Iterator[Child]:
    """Killed at the end."""
    with subprocess.Popen(
        command, env=environment, cwd=settings.BASE_DIR, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:  # fmt: skip
        try:
            yield Child(process)
        finally:
            process.kill()
