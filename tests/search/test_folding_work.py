"""Folding equal networks looks at each of them a bounded number of times, however many share one network."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from search.models import Experiment, Individual, WorkState
from search.selectors.query import parse_query
from search.selectors.twins import first_of_each
from tests.search.populations import Population

pytestmark = pytest.mark.django_db

SIZE = 150
TIMES = 4
LINEAR = 8
"""Of four times the rows four times the work, with room; were each row compared with all others, sixteen times."""


def twins(count: int, *, stopped: int, tagged: int) -> Experiment:
    """One network that many times over: the first `stopped` early, the last `tagged` with a tag."""
    population = Population(f"twins {count} {stopped} {tagged}")
    first = population.add(0.9, network=population.experiment.name)
    rows = []
    for step in range(1, count):
        early = step <= stopped
        row = Individual.objects.get(pk=first.pk)
        row.pk, row.step, row.completion = None, step, None
        row.state, row.fitness = (WorkState.CANCELLED, None) if early else (WorkState.DONE, 0.9)
        row.tags = ["odd"] if step >= count - tagged else []
        rows.append(row)
    Individual.objects.bulk_create(rows)
    return population.experiment


@contextmanager
def instructions() -> Iterator[list[int]]:
    """SQLite's own, in hundreds."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    connection.connection.set_progress_handler(count, 100)
    try:
        yield counted
    finally:
        connection.connection.set_progress_handler(None, 100)


def looked_at(plan: dict[str, Any]) -> float:
    """Rows that the steps of one of PostgreSQL's plans read or threw away."""
    here = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return float(here * plan["Actual Loops"]) + sum(map(looked_at, plan.get("Plans", [])))


def work(rows: QuerySet[Individual], networks: int) -> float:
    """What the database does to find that many."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # as autovacuum does some time after rows came
            cursor.execute("ANALYZE search_individual")
        (told,) = json.loads(rows.explain(format="json", analyze=True))
        return looked_at(told["Plan"])
    with instructions() as counted:
        assert len(list(rows.values_list("pk", flat=True))) == networks
    return counted[0]


@pytest.mark.parametrize("order", ["step", "-step", "-fitness"])
@pytest.mark.parametrize(
    "stopped, tagged, query, networks",
    [
        (0, 0, "", 1),
        (0.5, 0, "", 2),
        (0, 0.5, "tag:odd", 1),
        (0, 0.5, "-tag:odd", 1),
        (0.5, 0.1, "step>9", 2),
    ],
)
def test_more_twins_are_no_more_work_for_each(
    stopped: float, tagged: float, query: str, networks: int, order: str
) -> None:
    done = []
    for size in (SIZE, TIMES * SIZE):
        experiment = twins(size, stopped=int(stopped * size), tagged=int(tagged * size))
        rows = first_of_each(Individual.objects.filter(parse_query(query), experiment=experiment))
        done.append(work(rows.order_by(order), networks))
    assert done[0] > 0
    assert done[1] < LINEAR * done[0]
