"""A trainer that trains in no time, and says that it needs a device which a test pretends."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from search.evolution.evaluation import Evaluated, Job, Progress, ResourceEstimate, instant_trainer
from search.evolution.finals.scores import FinalJob
from tests.device_sharer import pretended_memory

FOLDER = "NASWEB_TEST_DEVICE"
"""Names the pretended device's folder."""
TOTAL = 100
BYTES = 60


def train(*arguments: Any, **options: Any) -> Evaluated:
    """Found here, so that what it needs is found beside it."""
    during(options["progress"])
    return instant_trainer(*arguments, **options)


def during(progress: Callable[[Progress], None]) -> None:
    """What a test does while it trains."""


def estimate(job: Job) -> ResourceEstimate:
    folder = Path(os.environ[FOLDER])
    return ResourceEstimate("pretended", BYTES, is_gpu=True, memory=lambda: pretended_memory(folder, TOTAL))


def estimates(job: FinalJob) -> list[ResourceEstimate]:
    """Of a final evaluation, on the same device."""
    folder = Path(os.environ[FOLDER])
    return [ResourceEstimate("pretended", BYTES, is_gpu=True, memory=lambda: pretended_memory(folder, TOTAL))]
