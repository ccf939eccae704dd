"""Searches in tests train in a millisecond unless they say otherwise."""

import math

import pytest
from pytest_django.fixtures import Settings

from search.database import clock
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER


@pytest.fixture(autouse=True)
def instant_trainer(settings: Settings) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()


@pytest.fixture
def nothing_now_and_then(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that count queries: on a machine that halts for a while a training would say that it lives, and the
    database's clock would be asked again."""
    settings.HEARTBEAT_SECONDS = 3600
    monkeypatch.setattr(clock, "ASK_AGAIN_SECONDS", math.inf)
    clock.database_now()
