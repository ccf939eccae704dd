"""A trainer that sleeps for NASWEB_BENCHMARK_SLEEP seconds, more or less by a tenth, and gives signs of life."""

import os
import random
import time
from collections.abc import Callable

from search.evolution.evaluation import Artifacts, Checkpoint, Evaluated, Job, Progress, instant_trainer
from tests.benchmarks.scale.simulation import JITTER

SLICE_SECONDS = 0.5


def evaluate(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    mean = float(os.environ["NASWEB_BENCHMARK_SLEEP"])
    until = time.monotonic() + mean * random.Random(job.seed).uniform(1 - JITTER, 1 + JITTER)
    while (left := until - time.monotonic()) > 0:
        progress(Progress(0, job.protocol.steps, 0.0))
        time.sleep(min(left, SLICE_SECONDS))
    return instant_trainer(job, progress=progress)
