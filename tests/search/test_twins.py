"""Equal networks are one row: which individual stands for them, how many twins it has, and what rank counts."""

import pytest

from search import selectors
from search.models import Experiment, WorkState
from search.selectors.lists import individual_rows
from search.selectors.networks import standing
from search.selectors.twins import first_of_each
from tests.search.populations import Population

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment() -> Experiment:
    """a a b c a c, one that failed and its twin, one that waits."""
    population = Population()
    for fitness, network in ((0.9, "a"), (0.9, "a"), (0.7, "b"), (0.8, "c"), (0.9, "a"), (0.8, "c")):
        population.add(fitness, network=network)
    population.add(None, network="f", state=WorkState.FAILED)
    population.add(None, network="f", state=WorkState.FAILED)
    population.add(None, network="w")
    return population.experiment


@pytest.mark.parametrize(
    "order, steps",
    [
        ("-fitness", [0, 3, 2, 8, 6]),
        ("fitness", [2, 3, 0, 6, 8]),
        ("step", [0, 2, 3, 6, 8]),
        ("-step", [8, 6, 3, 2, 0]),
    ],
)
def test_the_earliest_of_equal_networks_stands_for_all(
    experiment: Experiment, order: str, steps: list[int]
) -> None:
    page = selectors.individuals_by_network(experiment, selectors.TableQuery(order=order))
    assert [row.step for row in page.items] == steps
    assert page.total == 5
    assert {row.step: page.twins[row.pk] for row in page.items} == {0: 2, 3: 1, 2: 0, 6: 1, 8: 0}


def test_pages_of_networks_make_up_the_whole_list(experiment: Experiment) -> None:
    pages = [
        selectors.individuals_by_network(
            experiment, selectors.TableQuery(order="-fitness", page=page, per_page=2)
        )
        for page in (1, 2, 3)
    ]
    assert [row.step for page in pages for row in page.items] == [0, 3, 2, 8, 6]


def test_twins_come_with_the_rows_that_are_to_be_unfolded_and_no_others(experiment: Experiment) -> None:
    page = selectors.individuals_by_network(experiment, selectors.TableQuery(order="step"), unfold=[0, 2, 77])
    found = {key: [row.step for row in rows] for key, rows in page.unfolded.items()}
    assert found == {experiment.individuals.get(step=0).pk: [1, 4]}


def test_a_filter_folds_what_it_lets_through(experiment: Experiment) -> None:
    """A later twin stands for the network where the earliest is not among what was asked for."""
    page = selectors.individuals_by_network(
        experiment, selectors.TableQuery(query="step>0 fitness>0.75", order="step")
    )
    assert [(row.step, page.twins[row.pk]) for row in page.items] == [(1, 1), (3, 1)]
    assert page.total == 2


def test_an_outcome_of_its_own_is_no_twin(experiment: Experiment) -> None:
    """One that was stopped early, or rests on fewer repeats, shares an evaluation and no result."""
    experiment.individuals.filter(step=4).update(fitness=0.85, repeats=1)
    page = selectors.individuals_by_network(experiment, selectors.TableQuery(order="-fitness"))
    assert [row.step for row in page.items][:2] == [0, 4]


def test_another_experiment_s_individuals_are_no_twins(experiment: Experiment) -> None:
    Population("other").add(0.9, network="a")
    page = selectors.individuals_by_network(experiment, selectors.TableQuery(order="-fitness"))
    assert page.twins[page.items[0].pk] == 2
    assert [row.step for row in first_of_each(individual_rows(experiment.pk))] == [0, 2, 3, 6, 8]


def test_rank_and_fitter_than_count_networks(experiment: Experiment) -> None:
    """Three have the best network and two the next: it is the second of three, not the fourth of six."""
    found = standing(experiment.individuals.get(step=3))
    assert found is not None
    assert (found.rank, found.networks, found.fitter_than, found.as_fit_as) == (2, 3, 50, 0)
    assert standing(experiment.individuals.get(step=6)) is None
