"""What trains on the stage: a millisecond for most networks, half a second for some, and really for images in a folder.

Each training writes its beginning and its end into a diary, beside whatever reaches the database. Imports no torch
before it is needed.
"""

import hashlib
import json
import os
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.utils.module_loading import import_string

from search.evolution.evaluation import Artifacts, Checkpoint, Evaluated, Job, Progress, instant_trainer
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import is_folder
from tests.faults.stage import DIARY

SLOW_SHARE = 5
"""One repeat in so many takes SLOW_SECONDS, so that a fault can find it in mid-training."""
SLOW_SECONDS = 0.6
FULL_DISK = "disk-is-full"
"""A file of this name beside the diary fills the disk for checkpoints."""
REAL_TRAINER = "search.training.trainer.evaluate"


def diarised(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """Trains as the real trainer or in its stead, and keeps the diary."""
    seed = job.seed
    real = is_folder(job.protocol.dataset)
    slow = not real and is_slow(seed)
    _write("began", seed, aimable=slow)
    train = import_string(REAL_TRAINER) if real else instant_trainer
    if slow:
        _take_time(job.protocol, progress)
    if checkpoint is not None and (Path(os.environ[DIARY]).parent / FULL_DISK).exists():
        checkpoint = _FullDisk(checkpoint, seed)
    result: Evaluated = train(job, progress=progress, checkpoint=checkpoint)
    _write("ended", seed, aimable=slow, accuracy=result.accuracy)
    return result


def lasting(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """Half a second to four, known from the seed; what a checkpoint says was done is not done again."""
    _write("began", job.seed, aimable=True)
    whole = 0.5 + 3.5 * hashlib.sha256(str(job.seed).encode()).digest()[1] / 255
    state = checkpoint.load() if checkpoint is not None else None
    done = float(state) if state else 0.0
    while done < whole:
        began = time.monotonic()
        steps = job.protocol.steps
        progress(Progress(int(steps * done / whole), steps, done))
        time.sleep(0.05)
        done += time.monotonic() - began
        if checkpoint is not None and checkpoint.due():
            checkpoint.save(str(done).encode())
    result = instant_trainer(job, progress=progress)
    _write("ended", job.seed, aimable=True, accuracy=result.accuracy)
    return result


def is_slow(seed: int) -> bool:
    return hashlib.sha256(str(seed).encode()).digest()[0] % SLOW_SHARE == 0


def _take_time(protocol: Protocol, progress: Callable[[Progress], None]) -> None:
    until = time.monotonic() + SLOW_SECONDS
    while time.monotonic() < until:
        progress(Progress(0, protocol.steps, 0.0))
        time.sleep(0.02)


@dataclass
class _FullDisk:
    """A checkpoint whose writes the kernel refuses, as it does on a full disk."""

    checkpoint: Checkpoint
    seed: int

    def due(self) -> bool:
        return True

    def load(self) -> bytes | None:
        return self.checkpoint.load()

    def save(self, state: bytes) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(state) // 2, hard))
        try:
            self.checkpoint.save(state)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        _write("refused", self.seed, aimable=False)


def _write(what: str, seed: int, *, aimable: bool, accuracy: float | None = None) -> None:
    line = asdict(Entry(what, seed, os.getpid(), time.monotonic(), aimable, accuracy))
    file = os.open(os.environ[DIARY], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, json.dumps(line).encode() + b"\n")  # one write: lines of several processes do not mix
    finally:
        os.close(file)


@dataclass(frozen=True)
class Entry:
    what: str
    seed: int
    pid: int
    at: float
    """By the clock that nobody shifts (CLOCK_MONOTONIC)."""
    aimable: bool
    accuracy: float | None
    """Of a training that ended."""


def read_diary(path: Path, *, last_bytes: int = 0) -> list[Entry]:
    """All entries, or those of about the last so many bytes."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        skipped = max(0, path.stat().st_size - last_bytes) if last_bytes else 0
        file.seek(skipped)
        lines = file.read().splitlines(keepends=True)
    whole = [line for line in lines[1 if skipped else 0 :] if line.endswith(b"\n")]
    return [Entry(**json.loads(line)) for line in whole]
