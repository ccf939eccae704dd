import threading

import pytest
from django.db import connection, transaction

from tests.processes import eventually
from tests.search.searching import claim_next, finish, small_config, started

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def somebody_waits() -> bool:
    if connection.vendor != "postgresql":
        return True  # the other waits to begin its transaction, or has not come so far: either way it comes second
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_an_end_that_waited_for_another_one_sees_what_that_one_wrote() -> None:
    experiment = started(small_config(individuals=2, in_flight=2))
    first, second = claim_next(experiment), claim_next(experiment)

    def finish_second() -> None:
        try:
            finish(second, 0.5)
        finally:
            connection.close()

    thread = threading.Thread(target=finish_second)
    with transaction.atomic():
        finish(first, 0.9)
        thread.start()
        eventually(somebody_waits, "the second end waits for the experiment's lock")
    thread.join()
    experiment.refresh_from_db()
    assert experiment.best is not None
    assert (experiment.best.fitness, experiment.evaluated, experiment.state) == (0.9, 2, "finished")
    assert list(experiment.individuals.order_by("completion").values_list("best_so_far", flat=True)) == [
        0.9,
        0.9,
    ]
