"""A worker says how many trainings it runs at once, which is none where it takes only the steps between them."""

from pathlib import Path

import pytest
from django.db import connection

from nasweb.embedded.worker import steps_command
from search.models import Worker
from search.selectors.workers import newest_sign_of_life
from tests.conftest import StartWorker
from tests.processes import Running, database_url, eventually

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


def test_a_worker_that_takes_only_steps_is_not_taken_for_one_that_trains(
    start_worker: StartWorker, broker: str, tmp_path: Path
) -> None:
    environment = {
        "DATABASE_URL": database_url(connection.settings_dict),
        "REDIS_URL": broker,
        "NASWEB_VAR_DIR": str(tmp_path),
        "NASWEB_SECRET_KEY": "only for tests",
        "CELERY_SKIP_CHECKS": "1",
    }
    with Running(steps_command().arguments, tmp_path / "steps.log", environment=environment):
        eventually(
            lambda: Worker.objects.filter(processes=0).exists(), "the worker of the steps has reported"
        )
        assert newest_sign_of_life() is None
        start_worker(name="trains", concurrency=2)
        eventually(
            lambda: Worker.objects.filter(name="trains@test", processes=2).exists(), "the other one too"
        )
    assert newest_sign_of_life() is not None
