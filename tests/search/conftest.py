"""Searches in tests train in a millisecond unless they say otherwise."""

import pytest
from pytest_django.fixtures import Settings

from search.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER


@pytest.fixture(autouse=True)
def instant_trainer(settings: Settings) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()
