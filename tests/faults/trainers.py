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

from search.evolution.config import Protocol
from search.evolution.datasets import is_folder
from search.evolution.evaluation import Checkpoint, Progress, TrainResult, instant_trainer
from search.evolution.phenotype import Phenotype
from tests.faults.stage import DIARY

SLOW_SHARE = 5
"""One repeat in so many takes SLOW_SECONDS, so that a fault can find it in mid-training."""
SLOW_SECONDS = 0.6
FULL_DISK = "disk-is-full"
"""A file of this name beside the diary fills the disk for checkpoints."""
REAL_TRAINER = "search.training.trainer.train"


def diarised(
    phenotype: Phenotype,
    protocol: Protocol,
    *,
    repeat: int,
    seed: int,
    progress: Callable[[Progress], None],
    device: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> TrainResult:
    """Trains as the real trainer or in its stead, and keeps the diary."""
    real = is_folder(protocol.dataset)
    slow = not real and is_slow(seed)
    _write("began", seed, aimable=slow)
    train = import_string(REAL_TRAINER) if real else instant_trainer
    if slow:
        _take_time(protocol, progress)
    if checkpoint is not None and (Path(os.environ[DIARY]).parent / FULL_DISK).exists():
        checkpoint = _FullDisk(checkpoint, seed)
    result: TrainResult = train(
        phenotype, protocol, repeat=repeat, seed=seed, progress=progress, device=device, checkpoint=checkpoint
    )
    _write("ended", seed, aimable=slow, accuracy=result.accuracy)
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
