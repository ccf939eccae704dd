"""Trainers that workers in tests find by their dotted path."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from search.evolution.evaluation import (
    Artifacts,
    Checkpoint,
    CurvePoint,
    Evaluated,
    Job,
    Progress,
    instant_trainer,
)

GATE = "NASWEB_TEST_GATE"
"""Names the folder in which a test opens the gate."""


def gated_trainer(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """The first repeat takes no time; later ones say that they have begun and wait until the gate is open."""
    folder = Path(os.environ[GATE])
    repeat = job.repeat
    if repeat > 0:
        (folder / f"began-{repeat}.part").write_text(str(os.getpid()))
        (folder / f"began-{repeat}.part").rename(folder / f"began-{repeat}")
        while not (folder / "open").exists():
            progress(Progress(0, job.protocol.steps, 0.0))
            time.sleep(0.01)
    return instant_trainer(job, progress=progress)


SIGNAL = "NASWEB_TEST_SIGNAL"
"""Number of the signal that `signalled_trainer` gets."""


def signalled_trainer(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """A signal reaches its process when the training has ended and nothing is recorded yet."""
    result = instant_trainer(job, progress=progress)
    os.kill(os.getpid(), int(os.environ[SIGNAL]))
    return result


def table_trainer(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """Instant, with the four points of the curve that a benchmark table keeps."""
    last = instant_trainer(job, progress=progress)
    points: list[CurvePoint] = []
    for number in range(1, 5):
        accuracy = last.accuracy * number / 4
        points.append(
            {
                "step": round(job.protocol.steps * number / 4),
                "loss": 1 - accuracy,
                "train_accuracy": min(1.0, accuracy + 0.01),
                "validation_accuracy": accuracy,
                "seconds": 0.001 * number,
                "test_accuracy": max(0.0, accuracy - 0.01),
                "process_seconds": 0.25 * number,
            }
        )
    return Evaluated(last.accuracy, tuple(points), 1.0, "instant")
