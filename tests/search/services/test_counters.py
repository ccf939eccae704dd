"""Counters and the best one are kept with each step; here they are counted anew and compared."""

import pytest

from search import services
from search.models import Individual
from tests.search.searching import claim_next, finish, individual, record, small_config, started, work_off

pytestmark = pytest.mark.django_db


def test_counters_agree_with_the_rows_they_count() -> None:
    experiment = work_off(started(small_config(individuals=40, in_flight=3)))
    rows = list(Individual.objects.order_by("step"))
    assert experiment.proposed == len(rows)
    assert experiment.evaluated == experiment.population == sum(row.state == "done" for row in rows)
    assert experiment.shared == sum(row.shared for row in rows) > 0
    own = {row.evaluation_id: row.evaluation.train_seconds for row in rows if not row.shared}
    assert experiment.train_seconds == pytest.approx(sum(own.values()))


def test_the_order_of_completion_has_no_gaps_and_carries_the_best_so_far() -> None:
    experiment = work_off(started(small_config(individuals=30, in_flight=3)))
    rows = list(experiment.individuals.order_by("completion"))
    assert [row.completion for row in rows] == list(range(30))
    best = 0.0
    for row in rows:
        best = max(best, row.fitness or 0)
        assert row.best_so_far == best


def test_the_best_is_the_fittest_then_the_smallest_then_the_earliest() -> None:
    experiment = work_off(started(small_config(individuals=40)))
    rows = experiment.individuals.filter(state="done")
    assert experiment.best == min(rows, key=lambda row: (-(row.fitness or 0), row.parameters, row.step))


def test_of_two_equally_fit_ones_the_smaller_is_best_whoever_came_first() -> None:
    experiment = started(small_config(in_flight=2, individuals=2))
    claims = [claim_next(experiment), claim_next(experiment)]
    by_size = sorted(range(2), key=lambda step: individual(experiment, step).parameters)
    for step in (by_size[1], by_size[0]):  # the larger one ends first
        finish(claims[step], 0.5)
    experiment.refresh_from_db()
    assert experiment.best is not None
    assert experiment.best.step == by_size[0]


def test_a_failed_repeat_leaves_the_counters_of_the_others_alone() -> None:
    experiment = started(small_config(individuals=2, protocol={"repeats": 2}))
    first, second = claim_next(experiment), claim_next(experiment)
    record(first, 0.5)
    services.fail_evaluation(claim=first, code="time_out", reason="too slow")
    record(second, 0.25, 0.5)
    services.finish_evaluation(claim=second)
    experiment.refresh_from_db()
    counters = (experiment.proposed, experiment.evaluated, experiment.failed, experiment.population)
    assert counters == (2, 1, 1, 1)
    assert (experiment.state, experiment.train_seconds) == ("finished", 6.0)
