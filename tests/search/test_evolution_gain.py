"""Gain along an evolution: which networks it is measured of, what is measured, and what that would take."""

from typing import Any

import pytest

from search.evolution.finals.presets import FINAL_PRESETS
from search.models import Experiment, FinalEvaluation, Individual
from search.selectors.evolution_gain import best_along, best_at_steps, evolution_gain
from search.selectors.final_cost import cost_of_finals
from search.services.finals.of_searches import ask_for_finals
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.final_scores import scored
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def search(settings: Any) -> Experiment:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()
    return work_off(started(small_config(individuals=24, seed=5)))


def test_each_holder_was_fitter_than_all_before(search: Experiment) -> None:
    holders = best_at_steps(search)
    assert len(holders) >= 3
    for row in holders:
        before = Individual.objects.filter(experiment=search, completion__lt=row.completion)
        assert all((other.fitness or 0.0) < (row.fitness or 0.0) for other in before)
    assert holders[0].completion == 0
    assert search.best is not None
    assert holders[-1].fitness == search.best.fitness


def test_the_moments_begin_with_the_first_network_and_end_with_the_best(search: Experiment) -> None:
    holders = best_at_steps(search)
    [first, *_, last] = found = best_along(search, 4)
    assert (first.pk, last.pk) == (holders[0].pk, holders[-1].pk)
    assert 2 <= len(found) <= 5
    assert {row.pk for row in found} <= {row.pk for row in holders}
    assert [row.pk for row in best_along(search, 1)] == [holders[0].pk, holders[-1].pk]
    keys = [row.genotype.phenotype_key for row in best_along(search, 50)]
    assert len(set(keys)) == len(keys)


def test_gains_are_differences_to_the_first_network(search: Experiment) -> None:
    first, *_, last = holders = best_at_steps(search)
    assert evolution_gain(search) is None
    scored(last, right=(9, 9), host="large")
    assert evolution_gain(search) is None, (
        "without the first network's score there is nothing to compare with"
    )
    scored(first, right=(5, 7), host="large")
    scored(last, right=(10,), host="large", channels=8)
    found = evolution_gain(search)
    assert found is not None
    assert [point.step for point in found.fitness] == [row.step for row in holders]
    assert found.fitness[-1].gain == pytest.approx((last.fitness or 0) - (first.fitness or 0))
    [line] = found.lines
    assert [point.step for point in line.points] == [first.step, last.step]
    assert [point.gain for point in line.points] == pytest.approx([0.0, 0.3])
    # Variances 0.02 and 0, two runs each.
    assert line.points[-1].error == pytest.approx(0.1)
    assert line.agreement is None, "two networks are too few for a rank correlation"


def test_a_ranking_that_is_kept_is_told(search: Experiment) -> None:
    holders = best_at_steps(search)
    assert len(holders) >= 5
    for right, row in enumerate(holders, start=1):
        scored(row, right=(right,), host="large")
    found = evolution_gain(search)
    assert found is not None
    agreement = found.lines[0].agreement
    assert agreement is not None
    assert agreement.tau == pytest.approx(1.0)


def test_what_is_there_already_costs_nothing_again(search: Experiment) -> None:
    wanted = best_along(search, 3)
    before = cost_of_finals(wanted, preset="laptop-large")
    assert (before.networks, before.known, before.trainings) == (len(wanted), 0, len(wanted))
    assert before.recorded == 0
    wider = cost_of_finals(wanted, preset="laptop-large", over={"steps": 2000})
    assert wider.seconds > 1.8 * before.seconds
    ask_for_finals(wanted[:1], preset="laptop-large")
    after = cost_of_finals(wanted, preset="laptop-large")
    assert (after.known, after.trainings) == (1, len(wanted) - 1)
    more = cost_of_finals(wanted, preset="laptop-large", over={"repeats": 4})
    assert more.trainings == 4 * len(wanted) - 1
    assert FINAL_PRESETS["laptop-large"].values["repeats"] == 1
    assert FinalEvaluation.objects.count() == 1


def test_recorded_runs_say_what_one_takes(search: Experiment) -> None:
    first, *_, last = best_at_steps(search)
    scored(first, right=(5, 6, 7))
    cost = cost_of_finals([last], preset="short", over={"steps": 10, "repeats": 2})
    assert cost.recorded == 3
    assert cost.seconds == pytest.approx(2 * 2.0)
