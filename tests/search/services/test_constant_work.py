"""No query of a step grows with the population, in number or in the rows it reads through."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search import services
from search.models import Evaluation, Experiment, Individual
from search.worker.attempts import run_attempt
from tests.search.searching import claim_next, finish, small_config, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_now_and_then")]


def grown(size: int, **sections: dict[str, Any]) -> Experiment:
    """A search with a population of that size, made of copies of one evaluated individual."""
    # Each proposal is trained: a mutation that changes nothing would be settled at once and followed by another.
    sections = {"strategy": {"share_fitness": False}, **sections}
    config = small_config(individuals=size + 1000, in_flight=1, seed=size, **sections)
    experiment = started(config)
    finish(claim_next(experiment))
    [first] = Individual.objects.filter(experiment=experiment)
    Individual.objects.bulk_create(
        [
            Individual(
                experiment=experiment,
                step=step,
                genotype_id=first.genotype_id,
                origin="initial",
                parameters=first.parameters + step,
                multiply_adds=first.multiply_adds,
                evaluation_id=first.evaluation_id,
                state="done",
                fitness=step / (size + 1),
                completion=step,
            )
            for step in range(1, size)
        ],
        batch_size=1000,
    )
    Experiment.objects.filter(pk=experiment.pk).update(proposed=size, evaluated=size, population=size)
    return experiment


def step_queries(experiment: Experiment) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
        sent: list[int] = []
        run_attempt(evaluation_id=evaluation_id, worker="worker", send=sent.append)
        services.sweep()
    assert len(sent) == 1  # the next one was proposed
    return [query["sql"] for query in captured.captured_queries]


def test_a_step_makes_as_many_queries_at_10000_individuals_as_at_100() -> None:
    small, large = grown(100), grown(10_000)
    assert len(step_queries(small)) == len(step_queries(large)) < 50


@pytest.fixture
def _no_sequential_scans() -> Iterator[None]:
    if connection.vendor == "postgresql":  # small tables are read whole unless that is forbidden
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off")
    yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("RESET enable_seqscan")


@pytest.mark.usefixtures("_no_sequential_scans")
def test_every_query_of_a_step_that_reads_many_rows_finds_them_by_an_index() -> None:
    experiment = grown(300)
    Evaluation.objects.update(sent_at=None)
    for sql in step_queries(experiment):
        if not sql.startswith("SELECT"):
            continue
        with connection.cursor() as cursor:
            explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{explain} {sql.replace('%', '%%')}")
            plan = "\n".join(str(row) for row in cursor.fetchall())
        for table in ("search_individual", "search_evaluation", "search_genotype", "search_motif"):
            assert f"Seq Scan on {table}" not in plan, f"{sql}\n{plan}"
            assert f"SCAN {table}" not in plan, f"{sql}\n{plan}"
