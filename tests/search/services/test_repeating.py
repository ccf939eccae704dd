"""Invariant 6: a proposal depends only on the experiment's seed, its step and the population it saw."""

import pytest

from tests.search.searching import forget_everything, history, small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("in_flight", [1, 3])
def test_with_one_worker_two_runs_with_one_seed_are_equal(in_flight: int) -> None:
    config = small_config(individuals=25, in_flight=in_flight)
    first = history(work_off(started(config)))
    forget_everything()
    assert history(work_off(started(config))) == first


def test_a_run_one_at_a_time_repeats_although_its_networks_are_known_by_now() -> None:
    config = small_config(individuals=25, in_flight=1)
    first, second = work_off(started(config)), work_off(started(config))
    assert history(first) == history(second)
    assert (second.shared, second.train_seconds) == (25, 0)


def test_another_seed_gives_another_run() -> None:
    genotypes = [{row[1] for row in history(work_off(started(small_config(seed=seed))))} for seed in (1, 2)]
    assert not genotypes[0] & genotypes[1]


def test_an_individual_knows_the_population_it_was_drawn_from() -> None:
    experiment = work_off(started(small_config(individuals=12, in_flight=1)))
    rows = list(experiment.individuals.select_related("parent"))
    assert [row.population_seen for row in rows] == list(range(12))
    for row in rows:
        if row.origin == "mutation":
            assert row.parent is not None
            assert row.parent.completion is not None
            assert row.parent.completion < row.population_seen
            assert row.generation == row.parent.generation + 1
        else:
            assert (row.parent, row.mutation, row.generation) == (None, None, 0)
