"""python -m search.training.finals.process: one of several processes of a final training, started by `together`."""

import logging
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection

import torch
from torch import distributed

from search.evolution.evaluation import EvaluationFailed, Progress
from search.evolution.finals.scores import FinalScore
from search.training.finals.messages import Ended, Failed, Message, Reached, State, Task
from search.training.finals.one_process import read_images, train_on_images
from search.training.loop.progress import report_while
from search.training.trainer import choose_device

WAIT_SECONDS = 300.0
"""For another process, in one step: one that stands still for longer ends the training."""


def main() -> None:
    """Ends with the process that started this one, and by nothing else from outside: what a scheduler sends to every
    process of a job is heard there."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    connection, alive = Connection(int(sys.argv[1])), int(sys.argv[2])
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
    logging.basicConfig(level=logging.WARNING)
    # Of 1x1 convolutions, whose one layout has two names.
    warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
    task: Task = connection.recv()
    connection.send(_carried_out(task, connection))
    os._exit(0)  # libraries' own endings wait for processes that are gone


def _end_with(alive: int) -> None:
    os.read(alive, 1)
    os._exit(1)


def _carried_out(task: Task, connection: Connection) -> Message:
    try:
        return Ended(_score(task, connection))
    except EvaluationFailed as failure:
        return Failed(failure.code, failure.message)
    except Exception:
        return Failed(None, traceback.format_exc())


def _score(task: Task, connection: Connection) -> FinalScore | None:
    torch.set_num_threads(task.threads)
    speaker = _Speaker(task, connection if task.processes.number == 0 else None)
    device = choose_device(task.job.runtime.device)
    final = read_images(task.job, speaker.progress)
    beginning = Progress(0, task.job.protocol.steps, 0.0)
    report_while(_joining(task, device), lambda: speaker.progress(beginning))
    return train_on_images(
        task.job, final, speaker.progress, speaker, task.processes, recomputes=task.recomputes
    )


def _joining(task: Task, device: torch.device) -> Callable[[], None]:
    def join() -> None:
        distributed.init_process_group(
            "nccl" if device.type == "cuda" else "gloo",
            init_method=f"file://{task.store}",
            rank=task.processes.number,
            world_size=task.processes.count,
            timeout=timedelta(seconds=WAIT_SECONDS),
        )

    if device.type == "cuda":
        torch.cuda.set_device(device)
    return join


class _Speaker:
    """The first process's progress and checkpoint, kept by who started it; the others say nothing."""

    def __init__(self, task: Task, connection: Connection | None) -> None:
        self._state, self._connection = task.state, connection
        self._due = False

    def progress(self, now: Progress) -> None:
        self._say(Reached(now))

    def due(self) -> bool:
        return self._due

    def save(self, state: bytes) -> None:
        self._say(State(state))

    def load(self) -> bytes | None:
        return self._state

    def _say(self, message: Message) -> None:
        if self._connection is not None:
            self._connection.send(message)
            self._due = bool(self._connection.recv())


if __name__ == "__main__":
    main()
