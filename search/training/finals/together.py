"""A final training on several devices of one machine: a process on each, started, listened to and ended here.

The processes are other programs, not forks: CUDA may not be touched before a fork, and whatever becomes of one of them
leaves the worker alone. They average their gradients by PyTorch's DistributedDataParallel. The first one reports, hands
over its state and scores; when one of them ends too early, all are killed and the attempt is over.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from search.evolution.evaluation import Checkpoint, EvaluationFailed, ProcessLost, Progress, Runtime
from search.evolution.finals.scores import FinalJob, FinalScore
from search.training.data.locations import PROJECT
from search.training.device.processes import Processes
from search.training.finals.messages import Ended, Failed, Message, Reached, State, Task
from search.training.loop.progress import INTERVAL_SECONDS

PROCESS = "search.training.finals.process"
LAST_WORDS_SECONDS = 10.0
"""After the first failure, for the others' to come: who was killed says nothing, and those that waited for it fail."""
LOST = "process {number} of {count} on {device} {how}"


def used_devices(job: FinalJob) -> tuple[str, ...]:
    """No more than there are images in a batch."""
    return job.devices[: job.protocol.batch_size]


def runtime_on(job: FinalJob, device: str) -> Runtime:
    """Of one of several processes: plain steps by torch's operations, for what compiles, records or replaces them knows
    nothing of the others."""
    return replace(job.runtime, device=device, compile="never", cuda_graphs=False, kernels="never")


def train_together(
    job: FinalJob, progress: Callable[[Progress], None], checkpoint: Checkpoint | None
) -> FinalScore:
    """As `entry.train`; where one process finds too little memory, all try again and compute cells twice."""
    for recomputes in (False, True):
        with TemporaryDirectory() as folder:
            team = _Team(job, Path(folder) / "store", checkpoint.load() if checkpoint else None)
            try:
                team.start(recomputes=recomputes)
                return team.listen(progress, checkpoint)
            except EvaluationFailed as failure:
                if recomputes or failure.code != "out_of_memory":
                    raise
            finally:
                team.kill()
    raise AssertionError  # the second try returns or raises


class _Team:
    """The processes of one try."""

    def __init__(self, job: FinalJob, store: Path, state: bytes | None) -> None:
        self._job, self._store, self._state = job, store, state
        self._devices = used_devices(job)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._connections: dict[Connection, int] = {}
        """To each process that has not had its last word -> its number."""
        self._alive: int | None = None
        """Closed by every end of this process, which ends the others."""

    def start(self, *, recomputes: bool) -> None:
        count = len(self._devices)
        read, self._alive = os.pipe()
        try:
            for number, device in enumerate(self._devices):
                connection = self._started(read)
                self._connections[connection] = number
                connection.send(
                    Task(
                        replace(self._job, runtime=runtime_on(self._job, device)),
                        Processes(count, number),
                        str(self._store),
                        self._state,
                        recomputes,
                        torch.get_num_threads(),
                    )
                )
        finally:
            os.close(read)

    def _started(self, alive: int) -> Connection:
        ours, theirs = Pipe()
        with theirs:
            handed = (theirs.fileno(), alive)
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", PROCESS, *map(str, handed)],
                    env=_environment(),
                    pass_fds=handed,
                    stdin=subprocess.DEVNULL,
                    # A terminal's Ctrl-C is the worker's: it has the state saved first.
                    start_new_session=True,
                )
            )
        return ours

    def listen(self, progress: Callable[[Progress], None], checkpoint: Checkpoint | None) -> FinalScore:
        """Until the first process has scored. Before its first word this process gives signs of life by itself."""
        beginning, heard = Progress(0, self._job.protocol.steps, 0.0), False
        while True:
            ready = wait(list(self._connections), timeout=INTERVAL_SECONDS)
            if not heard and not ready:
                progress(beginning)
            for connection in ready:
                assert isinstance(connection, Connection)
                number, message = self._connections[connection], _received(connection)
                heard = heard or number == 0
                if message is None or isinstance(message, Failed):
                    raise self._failure(connection, message)
                if isinstance(message, Ended):
                    if message.score is not None:
                        return message.score
                    del self._connections[connection]
                    connection.close()
                    continue
                if isinstance(message, State) and checkpoint is not None:
                    checkpoint.save(message.content)
                elif isinstance(message, Reached):
                    progress(message.progress)
                with suppress(OSError):  # it was killed meanwhile, and the next turn finds its end
                    connection.send(checkpoint is not None and checkpoint.due())

    def _failure(self, first: Connection, message: Failed | None) -> Exception:
        """What is to blame: a killed process, before those that failed for want of it."""
        failed = {self._connections.pop(first): message}
        until = time.monotonic() + LAST_WORDS_SECONDS
        while self._connections and message is not None and message.code is None:
            ready = wait(list(self._connections), timeout=max(0.0, until - time.monotonic()))
            if not ready:
                break
            for connection in ready:
                assert isinstance(connection, Connection)
                said = _received(connection)
                if said is None or isinstance(said, Failed):
                    message = failed[self._connections.pop(connection)] = said
        lost = [number for number, said in failed.items() if said is None]
        if lost:
            return ProcessLost(self._end_of(lost[0]))
        for said in failed.values():
            if said is not None and said.code is not None:
                return EvaluationFailed(said.code, said.text)
        return RuntimeError("\n".join(said.text for said in failed.values() if said is not None))

    def _end_of(self, number: int) -> str:
        status = self._processes[
            number
        ].wait()  # its end of the connection is closed: it has ended or is about to
        how = f"ended with status {status}"
        if status < 0:
            how = f"was killed by signal {-status} ({signal.Signals(-status).name})"
        return LOST.format(number=number + 1, count=len(self._devices), device=self._devices[number], how=how)

    def kill(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
        for connection in self._connections:
            connection.close()
        if self._alive is not None:
            os.close(self._alive)
            self._alive = None


def _received(connection: Connection) -> Message | None:
    """None: it has ended without a last word."""
    try:
        message: Message = connection.recv()
    except (EOFError, OSError):
        return None
    return message


def _environment() -> dict[str, str]:
    """They find this project, and each other without a network."""
    found = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), *filter(None, sys.path)])}
    if sys.platform == "linux":
        found |= {"GLOO_SOCKET_IFNAME": "lo", "NCCL_SOCKET_IFNAME": "lo"}
    return found
