"""Searches in tests train in a millisecond unless they say otherwise."""

import pytest
from pytest_django.fixtures import Settings

from search.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER


@pytest.fixture(autouse=True)
def instant_trainer(settings: Settings) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()


@pytest.fixture
def no_signs_of_life(settings: Settings) -> None:
    """For tests that count queries: on a machine that halts for two seconds a training would say that it lives."""
    settings.HEARTBEAT_SECONDS = 3600
