"""Searches of studies train nothing."""

from typing import Any

import pytest

from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER


@pytest.fixture(autouse=True)
def instant(settings: Any, tmp_path: Any) -> None:
    settings.TRAINER, settings.CHECKPOINT_DIR = INSTANT_TRAINER, tmp_path
    load_trainer.cache_clear()
