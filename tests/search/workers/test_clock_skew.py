"""Only the database's clock counts: a worker whose clock is hours off does everything that others do."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from search import tasks
from search.models import Evaluation, FitnessRecord
from search.selectors.consistency_audit import Violation, violations
from tests.conftest import StartWorker
from tests.faults.surroundings import faketime
from tests.search.searching import ends, small_config, started

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("shift", ["+3h", "-3h"])
def test_a_worker_with_a_wrong_clock_sweeps_trains_and_proposes(
    start_worker: StartWorker, shift: str
) -> None:
    experiment = started(small_config(individuals=6, in_flight=2))  # nobody is told: a sweep has to find it
    start_worker(LD_PRELOAD=str(faketime()), FAKETIME=shift, FAKETIME_DONT_FAKE_MONOTONIC="1")
    options: Any = settings.CELERY_BEAT_SCHEDULE["sweep"]["options"]
    tasks.sweep.apply_async(**options)  # as the clock sends it
    ends(experiment)
    assert experiment.evaluated == 6
    assert {row.attempts for row in Evaluation.objects.all()} == {1}
    assert FitnessRecord.objects.filter(worker="worker@test").exists()
    assert not [violation for violation in violations() if shift_shows(violation)]


def shift_shows(violation: Violation) -> bool:
    """SQLite's clock is that of the process that writes: there, workers share one machine and its clock."""
    return connection.vendor == "postgresql" or violation.rule != "times"
