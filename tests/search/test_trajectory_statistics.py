"""The course of a search, worked out by hand, and thinned."""

import pytest

from search.selectors.comparison import course, experiments_by_id, offered
from tests.search.populations import Population

pytestmark = pytest.mark.django_db


def test_costs_grow_with_networks_not_with_individuals() -> None:
    made = Population()
    made.add(0.5, network="n0", seconds=10, parameters=100)
    made.add(0.4, network="n1", seconds=20, parameters=200)
    made.add(0.5, network="n0", parameters=100)
    made.add(None, network="n3")
    made.add(0.7, network="n4", seconds=40, parameters=400)
    found = course(made.experiment)
    assert found.stride == 1
    assert [(mark.step, mark.fitness, mark.best, mark.parameters) for mark in found.marks] == [
        (0, 0.5, 0.5, 100),
        (1, 0.4, 0.5, 200),
        (2, 0.5, 0.5, 100),
        (4, 0.7, 0.7, 400),
    ]
    assert [mark.evaluations for mark in found.marks] == [1, 2, 2, 3]
    assert [mark.seconds for mark in found.marks] == [10, 30, 30, 70]


def test_a_network_that_another_experiment_trained_costs_what_it_took() -> None:
    first, second = Population("first"), Population("second")
    first.add(0.5, network="n0", seconds=10)
    second.add(0.5, network="n0")
    assert [(mark.evaluations, mark.seconds) for mark in course(second.experiment).marks] == [(1, 10)]


@pytest.mark.parametrize("individuals, samples", [(10, 4), (11, 5), (9, 9), (12, 100)])
def test_a_long_course_keeps_its_ends_and_its_costs(individuals: int, samples: int) -> None:
    made = Population()
    for step in range(individuals):
        made.add(0.5 + step / 100, network=f"n{step}", seconds=1)
    whole, thinned = course(made.experiment).marks, course(made.experiment, samples=samples)
    assert len(thinned.marks) <= samples + 1
    assert (thinned.marks[0], thinned.marks[-1]) == (whole[0], whole[-1])
    assert all(mark == whole[mark.step] for mark in thinned.marks)


def test_a_search_without_results_has_no_course() -> None:
    made = Population()
    assert course(made.experiment).marks == []
    made.add(None, network="n0")
    assert course(made.experiment).marks == []


def test_experiments_come_in_the_order_asked_for_and_once() -> None:
    one, two = Population("one").experiment, Population("two").experiment
    assert experiments_by_id([two.pk, one.pk, two.pk, 10**9]) == [two, one]


def test_only_searches_with_results_are_offered() -> None:
    made, empty, archived = Population("made"), Population("empty"), Population("archived", archived=True)
    made.add(0.5, network="n0")
    archived.add(0.5, network="n1")
    assert list(offered(limit=9)) == [made.experiment]
    assert list(offered(name="MAD", limit=9)) == [made.experiment]
    assert list(offered(name="other", limit=9)) == []
    assert empty.experiment.population == 0
