"""A trainer that does not train but leaves behind what a training would: a curve, a spread, now and then a failure.

The prepared pages are made with it; workers and one-process searches find it by its dotted path.
"""

import hashlib
import random
from collections.abc import Callable

from search.evolution.evaluation import (
    Artifacts,
    Checkpoint,
    CurvePoint,
    Evaluated,
    EvaluationFailed,
    Job,
    Progress,
    instant_fitness,
)
from search.evolution.experiments.config import Protocol

TRAINER = "tests.browser.rehearsal.rehearse"
FAILING = "tests.browser.rehearsal.fail"
POINTS = 12
ONE_FAILS_IN = 14
CHANCE = 0.1
"""Accuracy of guessing among ten classes."""


def rehearse(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """The same network under the same seed always ends the same."""
    phenotype, protocol, seed = job.phenotype, job.protocol, job.seed
    if int(hashlib.sha256(phenotype.key.encode()).hexdigest(), 16) % ONE_FAILS_IN == 0:
        raise EvaluationFailed(
            "out_of_memory",
            f"The network did not fit in memory: it needs {9 + phenotype.depth} GB and 8 GB are free.",
        )
    rng = random.Random(f"{phenotype.key}:{seed}")
    goal = 0.97 * instant_fitness(phenotype) ** 0.25 + rng.gauss(0, 0.004)
    points = tuple(_point(index, goal, protocol, rng) for index in range(1, POINTS + 1))
    accuracy = points[-1]["validation_accuracy"]
    assert accuracy is not None
    return Evaluated(accuracy=accuracy, curve=points, seconds=points[-1]["seconds"], device="cpu")


def fail(job: Job, **_: object) -> Evaluated:
    """A machine on which nothing fits."""
    raise EvaluationFailed(
        "out_of_memory",
        f"The network did not fit in memory: it needs {40 + job.phenotype.depth} GB and 8 GB are free.",
    )


def live_points(protocol: Protocol, *, done: float) -> list[CurvePoint]:
    """The curve of a training that is under way, a fraction `done` of it."""
    rng = random.Random(protocol.steps)
    return [_point(index, 0.93, protocol, rng) for index in range(1, round(POINTS * done) + 1)]


def _point(index: int, goal: float, protocol: Protocol, rng: random.Random) -> CurvePoint:
    learnt = 1 - 0.55**index if index < POINTS else 1.0
    validation = CHANCE + (goal - CHANCE) * learnt + (rng.gauss(0, 0.01) if index < POINTS else 0)
    validation = min(1.0, max(0.0, validation))
    return {
        "step": round(protocol.steps * index / POINTS),
        "loss": 2.3 * (1 - validation) + 0.05,
        "train_accuracy": min(1.0, validation + 0.012 * index / POINTS),
        "validation_accuracy": validation,
        "seconds": 0.4 * index,
    }
