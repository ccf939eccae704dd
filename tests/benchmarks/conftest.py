"""Benchmarks in tests are small, and train on one thread as each worker process does."""

from collections.abc import Iterator

import pytest
import torch
from pytest_django.fixtures import Settings

from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER


@pytest.fixture(autouse=True)
def instant_trainer(settings: Settings) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
