"""The two workers: one for trainings, one for proposal steps."""

import os
import signal
import socket
import sys

from nasweb.embedded.child import Command
from search.worker.process_environment import has_gpu, memory_bytes, training_environment

BYTES_PER_TRAINING = 3 * 2**30
MOST_PROCESSES = 8


def available_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_processes(device: str, gpu_trainings: int) -> int:
    """On the CPU a process for each core; for a GPU as many as may train on it at once, each of which waits until the
    GPU's memory has room for its network (`search.worker.device_queue`). Both as far as cores and this machine's memory
    go."""
    on_gpu = device.startswith("cuda") or (device == "auto" and has_gpu())
    most = gpu_trainings if on_gpu else MOST_PROCESSES
    return max(1, min(available_cores(), memory_bytes() // BYTES_PER_TRAINING, most))


def worker_name(*, alone: bool) -> str:
    """With a database of its own the worker has the same name at every start, so that what it left running is
    known for its own. Workers that share a database need names that differ."""
    return "training@embedded" if alone else f"training@{socket.gethostname()}-{os.getpid()}"


def training_command(name: str, processes: int) -> Command:
    """Trains candidates, one in each process."""
    return Command(
        name="worker",
        arguments=_celery("training", name, "--pool", "prefork", "--concurrency", str(processes)),
        environment=training_environment(processes),
        niceness=5,  # pages stay quick while all cores train
        orphan_signal=signal.SIGKILL,  # its broker dies with it: there is nobody left to say goodbye to
    )


def learning_command() -> Command:
    """Learns what learned strategies propose: seconds to minutes, neither behind a training nor before a step."""
    return Command(
        name="learner",
        arguments=_celery(
            "learning",
            f"learning@{socket.gethostname()}-{os.getpid()}",
            *("--pool", "prefork", "--concurrency", "1"),
        ),
        environment=training_environment(1),
        niceness=5,
        orphan_signal=signal.SIGKILL,
    )


def steps_command() -> Command:
    """Proposes candidates and sweeps: milliseconds, never behind a training that takes hours."""
    return Command(
        name="steps",
        arguments=_celery("steps,sweeps", f"steps@{socket.gethostname()}-{os.getpid()}", "--pool", "solo"),
        environment=END_AT_ONCE,
        orphan_signal=signal.SIGKILL,
    )


# Celery waits for running tasks on SIGTERM, unless told to end them. Trainings end by themselves
# (search.worker.stop_flag).
END_AT_ONCE = {"REMAP_SIGTERM": "SIGQUIT"}


def _celery(queue: str, hostname: str, *options: str) -> list[str]:
    celery = [sys.executable, "-m", "celery", "--quiet", "--app", "nasweb", "worker"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*celery, "--queues", queue, "--hostname", hostname, "--loglevel", "INFO", *alone, *options]
