"""A curved trainer in place of the real one, and checkpoints in a folder of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from search.worker import attempts
from tests.search.decisions.curved import CurvedTrainer

UseTrainer = Callable[[CurvedTrainer], CurvedTrainer]


@pytest.fixture
def use_trainer(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> UseTrainer:
    settings.CHECKPOINT_DIR = tmp_path

    def use(trainer: CurvedTrainer) -> CurvedTrainer:
        monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)
        return trainer

    return use
