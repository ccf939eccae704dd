import random
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from search import selectors
from search.evolution.strategies.population import Member, rank
from search.models import Experiment, Individual
from search.selectors import Population
from search.services import advance_experiment
from tests.search.searching import created, small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment() -> Experiment:
    return work_off(started(small_config(individuals=30, in_flight=3)))


def test_experiments_come_newest_first_and_are_found_by_state_and_name() -> None:
    first, second = created(name="Digits at night"), started(name="Clothes")
    assert list(selectors.experiments()) == [second, first]
    assert list(selectors.experiments(state="draft")) == [first]
    assert list(selectors.experiments(query="digits")) == [first]


def test_curve_points_come_in_the_order_of_completion_and_only_once(experiment: Experiment) -> None:
    whole = selectors.curve_points(experiment.pk)
    assert [point.completion for point in whole] == list(range(30))
    first = selectors.curve_points(experiment.pk, limit=12)
    rest = selectors.curve_points(experiment.pk, after=first[-1].completion)
    assert first + rest == whole
    assert selectors.curve_points(experiment.pk, after=29) == []


def test_a_curve_point_says_what_the_individual_was_and_the_best_until_then(experiment: Experiment) -> None:
    for point in selectors.curve_points(experiment.pk):
        row = Individual.objects.get(experiment=experiment, step=point.step)
        assert (point.fitness, point.parameters, point.origin) == (row.fitness, row.parameters, row.origin)
        assert point.best >= point.fitness


def test_a_sparkline_ends_at_the_best_and_has_no_more_points_than_asked(experiment: Experiment) -> None:
    lines = selectors.sparklines([experiment, created()], points=7)
    [line, empty] = [lines[key] for key in sorted(lines)]
    assert experiment.best is not None
    assert len(line) == 7
    assert line == sorted(line)
    assert line[-1] == experiment.best.fitness
    assert empty == []


@pytest.mark.parametrize("order", ["step", "-step", "fitness", "-fitness", "parameters", "-multiply_adds"])
def test_a_page_is_sorted_by_its_column(experiment: Experiment, order: str) -> None:
    rows = selectors.individuals(experiment, order=order, per_page=200).items
    values = [getattr(row, order.lstrip("-")) for row in rows]
    assert values == sorted(values, reverse=order.startswith("-"))
    assert len(rows) == 30


@pytest.mark.parametrize("order", ["fitness", "-fitness"])
def test_individuals_without_fitness_come_last_either_way(order: str) -> None:
    experiment = started(small_config(in_flight=3))
    advance_experiment(experiment_id=experiment.pk)
    first = experiment.individuals.get(step=0)
    Individual.objects.filter(pk=first.pk).update(state="done", fitness=0.5)
    experiment.refresh_from_db()
    assert [row.fitness for row in selectors.individuals(experiment, order=order).items] == [0.5, None, None]


def test_pages_follow_one_another_without_overlap(experiment: Experiment) -> None:
    pages = [selectors.individuals(experiment, order="step", page=page, per_page=8) for page in (1, 2, 3, 4)]
    assert [row.step for page in pages for row in page.items] == list(range(30))
    assert [page.first for page in pages] == [1, 9, 17, 25]
    assert {(page.total, page.pages) for page in pages} == {(30, 4)}


@pytest.mark.parametrize("page, number", [(0, 1), (-5, 1), (99, 4)])
def test_a_page_that_does_not_exist_is_the_nearest_one(
    experiment: Experiment, page: int, number: int
) -> None:
    assert selectors.individuals(experiment, page=page, per_page=8).number == number


def test_a_filter_leaves_out_what_does_not_hold(experiment: Experiment) -> None:
    page = selectors.individuals(experiment, query="origin:mutation step>=10", state="done")
    assert page.total == len(page.items) == 20
    assert {row.origin for row in page.items} == {"mutation"}
    assert selectors.individuals(experiment, state="failed").items == []


def test_an_unknown_order_is_refused(experiment: Experiment) -> None:
    with pytest.raises(selectors.UnknownOrder, match="order='colour' is not known: use one of step, fitness"):
        selectors.individuals(experiment, order="colour")


def test_a_page_makes_three_queries_however_many_rows_it_has(
    experiment: Experiment, django_assert_num_queries: object
) -> None:
    """The places of those with a fitness, of those without, and the rows themselves."""
    with django_assert_num_queries(3):  # type: ignore[operator]
        for row in selectors.individuals(experiment, order="-fitness").items:
            assert row.genotype.key
            assert row.evaluation.state == "done"
            assert row.parent is None or row.parent.step < row.step


@pytest.mark.parametrize("order", ["step", "-step", "fitness", "-fitness", "-parameters"])
def test_pages_from_both_ends_make_up_the_whole_list(experiment: Experiment, order: str) -> None:
    """The later half is walked to from its end."""
    whole = [row.pk for row in selectors.individuals(experiment, order=order, per_page=200).items]
    pages = [selectors.individuals(experiment, order=order, page=page, per_page=7) for page in range(1, 6)]
    assert [row.pk for page in pages for row in page.items] == whole


def members(experiment: Experiment) -> list[Member]:
    """In order of completion."""
    rows = Individual.objects.filter(experiment=experiment, completion__gte=0).order_by("completion")
    return [Member(row.pk, row.step, row.fitness or 0, row.parameters) for row in rows]


def test_the_ranking_of_the_population_is_that_of_a_tournament(experiment: Experiment) -> None:
    population = Population(experiment)
    ranked = sorted(enumerate(members(experiment)), key=lambda place: rank(place[1]))
    assert population.fittest(0, 4) + population.fittest(4, 100) == ranked


def test_a_winner_is_found_with_what_it_is_made_of_by_one_query_ties_included(
    experiment: Experiment, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    noise = random.Random(5)
    for row in Individual.objects.filter(experiment=experiment, completion__gte=0):
        row.fitness, row.parameters = noise.randrange(6) / 6, noise.randrange(2)
        row.save()
    fittest = Individual.objects.filter(experiment=experiment, completion=noise.randrange(30))
    fittest.update(completion=None, fitness=1.0)  # out of the tournaments, as a person may set it
    everybody = members(experiment)
    ranked = sorted(everybody, key=rank)
    for place in (0, 1, 17, 28):
        population = Population(experiment)
        with django_assert_num_queries(1):
            assert population.placed(place) == ranked[place]
            genotype = population.genotype(ranked[place])
        assert genotype.key == Individual.objects.get(pk=ranked[place].id).genotype.key
    for size in (1, 2, 5, 29):
        drawn = noise.sample(everybody, size)
        completions = Individual.objects.filter(pk__in=[member.id for member in drawn])
        population = Population(experiment)
        indices = [row.completion or 0 for row in completions]
        with django_assert_num_queries(1):
            winner = population.fittest_of(indices)
            population.genotype(winner)
        assert winner == min(drawn, key=rank)
