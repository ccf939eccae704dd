import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction

from search import models, services
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.space import SPACES
from search.models import Experiment
from search.services.locking import lock_experiment
from tests.benchmarks.watch import holder
from tests.processes import eventually
from tests.search.searching import claim_next, finish, small_config, started


def somebody_waits() -> bool:
    if connection.vendor != "postgresql":
        return True  # the other waits to begin its transaction, or has not come so far: either way it comes second
    return waiting() > 0


def waiting() -> int:
    """How many sessions of our database wait for a lock; the server may have others that are busy. Not by
    pg_stat_activity, of which a transaction sees only one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT l.pid FROM pg_locks l"
            " JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database())"
        )
        return int(cursor.fetchone()[0])


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


@pytest.mark.django_db(transaction=True)
def test_who_came_first_has_the_experiment_first() -> None:
    """Each changes the row, which gives a late-comer a version of it for which nobody queues."""
    if connection.vendor != "postgresql":
        return  # the one write lock of SQLite has no queue
    experiment = started(small_config())
    served: list[int] = []

    def take(number: int) -> None:
        try:
            with transaction.atomic():
                row = lock_experiment(experiment.pk)
                served.append(number)
                row.proposed += 1
                row.save(update_fields=["proposed"])
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(6)]
    with transaction.atomic():
        row = lock_experiment(experiment.pk)
        for thread in threads:
            thread.start()
            eventually(lambda: waiting() == sum(each.is_alive() for each in threads), "one more waits")
        assert holder(backend()) == ""  # we wait for nobody
        row.save(update_fields=["proposed"])
    for thread in threads:
        thread.join()
    assert served == list(range(6))


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_the_network_of_a_persons_genotype_is_made_before_the_experiment_is_locked() -> None:
    """Every step of a search waits for that lock."""
    if connection.vendor != "postgresql":
        return  # the one write lock of SQLite is that of the whole database
    experiment = started(small_config())
    genotype = trivial_genotype(SPACES["hierarchical"]).with_edge(2, 1, 4, 1, 2)

    def add() -> None:
        try:
            services.evaluate_genotype(experiment_id=experiment.pk, genotype=genotype, token=uuid4())
        finally:
            connection.close()

    thread = threading.Thread(target=add)
    with transaction.atomic():
        lock_experiment(experiment.pk)
        thread.start()
        eventually(lambda: waiting() == 1, "the person's genotype waits for the experiment's lock")
        assert models.Genotype.objects.filter(key=genotype.key).exists()
    thread.join()
    assert Experiment.objects.get(pk=experiment.pk).individuals.filter(origin="human").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_benchmark_names_whoever_holds_a_lock() -> None:
    if connection.vendor != "postgresql":
        return
    experiment = started(small_config())
    pids: list[int] = []

    def take() -> None:
        try:
            with transaction.atomic():
                pids.append(backend())
                lock_experiment(experiment.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=take)
    with transaction.atomic():
        lock_experiment(experiment.pk)
        thread.start()
        eventually(lambda: waiting() == 1, "the other waits for the experiment's lock")
        assert "s: WITH RECURSIVE ahead(pid)" in holder(pids[0])  # we do, and are asking this very question
    thread.join()
