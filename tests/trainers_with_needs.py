"""A trainer that trains in no time, and says that it needs a device which a test pretends."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from search.evolution.config import Protocol
from search.evolution.evaluation import Need, Progress, TrainResult, instant_trainer
from search.evolution.phenotype import Phenotype
from tests.shareholder import pretended_memory

FOLDER = "NASWEB_TEST_DEVICE"
"""Names the pretended device's folder."""
TOTAL = 100
BYTES = 60


def train(*arguments: Any, **options: Any) -> TrainResult:
    """Found here, so that what it needs is found beside it."""
    during(options["progress"])
    return instant_trainer(*arguments, **options)


def during(progress: Callable[[Progress], None]) -> None:
    """What a test does while it trains."""


def appraise(phenotype: Phenotype, protocol: Protocol, *, device: str = "auto") -> Need:
    folder = Path(os.environ[FOLDER])
    return Need("pretended", BYTES, is_gpu=True, memory=lambda: pretended_memory(folder, TOTAL))
