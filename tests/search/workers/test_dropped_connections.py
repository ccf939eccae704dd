import pytest
from django.db import connection

from search import tasks
from search.models import Evaluation
from tests.conftest import StartWorker
from tests.processes import eventually
from tests.search.searching import ends, small_config, started
from tests.search.workers.conftest import Gate

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


def drop_all_other_connections() -> None:
    """What a restart of PostgreSQL does to a worker; SQLite has no connections to drop."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def test_a_worker_whose_connection_is_dropped_in_mid_training_trains_on(
    start_worker: StartWorker, gate: Gate
) -> None:
    worker = start_worker(**gate.environment)
    experiment = started(small_config(individuals=3, in_flight=1, protocol={"repeats": 2}))
    tasks.nudge_experiment(experiment.pk)
    gate.await_training()
    drop_all_other_connections()
    if connection.vendor == "postgresql":
        eventually(lambda: worker.said("the database is away, going on"), "a heartbeat fails")
    gate.open()
    ends(experiment)
    assert {row.attempts for row in Evaluation.objects.all()} == {1}
