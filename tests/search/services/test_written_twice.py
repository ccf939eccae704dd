"""Times and counters that could be written twice, or go backwards."""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.utils import timezone

from search import services
from search.database import clock
from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.space import SPACES
from search.models import Evaluation, Experiment, Individual
from search.selectors.consistency_audit import violations
from search.selectors.population_cache import cached_for_population
from search.services.evaluations.claiming import claim_evaluation
from search.services.experiments.changes import Changes, update_experiment
from tests.search.decisions.conftest import UseTrainer, use_trainer  # noqa: F401 - a fixture
from tests.search.decisions.curved import CurvedTrainer
from tests.search.searching import claim_next, finish, individual, record, small_config, started, work_off

pytestmark = pytest.mark.django_db


def fresh(experiment: Experiment) -> Experiment:
    return Experiment.objects.get(pk=experiment.pk)


def by_hand(experiment: Experiment) -> Individual:
    added = services.evaluate_genotype(
        experiment_id=experiment.pk, genotype=trivial_genotype(SPACES["hierarchical"]), token=uuid4()
    )
    return individual(experiment, added.step)


def failing(experiment: Experiment) -> Evaluation:
    """The next individual's evaluation, which fails after one of its repeats."""
    claim = claim_next(experiment)
    record(claim, 0.5)
    services.fail_evaluation(claim=claim, code="out_of_memory", reason="too wide")
    return Evaluation.objects.get(pk=claim.evaluation_id)


def test_what_people_add_to_a_finished_search_does_not_move_its_end() -> None:
    experiment = work_off(started(small_config(individuals=4)))
    ended, took = experiment.finished_at, experiment.seconds
    by_hand(experiment)
    assert fresh(experiment).state == "running"
    finish(claim_next(experiment), 0.7)
    services.advance_experiment(experiment_id=experiment.pk)
    assert (fresh(experiment).state, fresh(experiment).evaluated) == ("finished", 5)
    assert (fresh(experiment).finished_at, fresh(experiment).seconds) == (ended, took)


def test_the_time_that_a_search_lay_there_failed_is_not_what_it_took() -> None:
    experiment = started(small_config(individuals=6))
    now = timezone.now()
    begun, failed = now - timedelta(hours=10), now - timedelta(hours=9)
    Experiment.objects.filter(pk=experiment.pk).update(state="failed", started_at=begun, finished_at=failed)
    services.resume_experiment(experiment_id=experiment.pk)
    ended = work_off(experiment)
    assert ended.seconds is not None
    assert ended.finished_at is not None
    assert ended.seconds == pytest.approx((ended.finished_at - begun).total_seconds() - ended.idle_seconds)
    assert ended.idle_seconds == pytest.approx(9 * 3600, abs=1800)


@pytest.mark.parametrize("ends_by", ["resumed", "stopped"])
def test_the_time_that_a_search_lay_there_paused_is_not_what_it_took(ends_by: str) -> None:
    experiment = started(small_config(individuals=6))
    services.pause_experiment(experiment_id=experiment.pk)
    now = timezone.now()
    Experiment.objects.update(started_at=now - timedelta(hours=10), paused_at=now - timedelta(hours=9))
    if ends_by == "resumed":
        services.resume_experiment(experiment_id=experiment.pk)
        assert work_off(experiment).state == "finished"
    else:
        services.stop_experiment(experiment_id=experiment.pk)
    ended = fresh(experiment)
    assert ended.seconds == pytest.approx(3600, abs=1800)
    assert ended.paused_at is None


def test_the_time_before_a_finished_search_was_extended_is_not_what_it_took() -> None:
    experiment = work_off(started(small_config(individuals=4)))
    now = timezone.now()
    begun, ended = now - timedelta(hours=10), now - timedelta(hours=9)
    Experiment.objects.update(started_at=begun, finished_at=ended)
    update_experiment(experiment_id=experiment.pk, changes=Changes(individuals=6))
    assert work_off(experiment).seconds == pytest.approx(3600, abs=1800)


def test_a_retry_and_a_stop_in_it_do_not_move_the_end_either() -> None:
    experiment = started(small_config(individuals=1, protocol={"repeats": 2}))
    row = failing(experiment)
    ended = fresh(experiment).finished_at
    assert ended is not None
    services.retry_evaluation(evaluation_id=row.pk)
    services.pause_experiment(experiment_id=experiment.pk)
    services.resume_experiment(experiment_id=experiment.pk)
    services.stop_experiment(experiment_id=experiment.pk)
    assert (fresh(experiment).state, fresh(experiment).finished_at) == ("stopped", ended)


def test_a_repeat_that_was_there_before_a_retry_counts_its_seconds_once() -> None:
    experiment = started(small_config(individuals=1, protocol={"repeats": 2}))
    row = failing(experiment)
    assert fresh(experiment).train_seconds == 2.0
    services.retry_evaluation(evaluation_id=row.pk)
    claim = claim_evaluation(evaluation_id=row.pk, worker="worker")
    assert claim is not None
    record(claim, 0.6, first=1)
    services.finish_evaluation(claim=claim)
    assert fresh(experiment).train_seconds == 4.0


def test_a_training_that_was_stopped_early_and_goes_on_counts_its_seconds_once(
    use_trainer: UseTrainer,  # noqa: F811
) -> None:
    use_trainer(CurvedTrainer())
    config = small_config(
        individuals=30, protocol={"steps": 40}, strategy={"kind": "random"}, decisions={"halving": 3}
    )
    experiment = work_off(started(config))
    row = experiment.individuals.filter(state="cancelled").exclude(stopped_at=None).first()
    assert row is not None
    before = experiment.train_seconds
    services.retry_evaluation(evaluation_id=row.evaluation_id)
    experiment = work_off(experiment)
    now = individual(experiment, row.step)
    assert now.state == "done"
    assert experiment.train_seconds == pytest.approx(
        before - row.counted_seconds + now.evaluation.train_seconds
    )


def test_an_early_stop_is_taken_back_once_however_often_it_is_tried_again() -> None:
    experiment = started(small_config(individuals=1, in_flight=1))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    services.cancel_evaluation(evaluation_id=evaluation_id)
    Individual.objects.update(stopped_at=10, stopped_accuracy=0.2)
    Experiment.objects.update(stopped_early=1)
    services.retry_evaluation(evaluation_id=evaluation_id)
    assert fresh(experiment).stopped_early == 0
    claim = claim_evaluation(evaluation_id=evaluation_id, worker="worker")
    assert claim is not None
    services.fail_evaluation(claim=claim, code="error", reason="a fault")
    services.retry_evaluation(evaluation_id=evaluation_id)
    assert (fresh(experiment).stopped_early, violations()) == (0, [])
    services.cancel_evaluation(evaluation_id=evaluation_id)
    services.retry_evaluation(evaluation_id=evaluation_id)
    assert (fresh(experiment).stopped_early, violations()) == (0, [])
    services.stop_experiment(experiment_id=experiment.pk)
    assert (fresh(experiment).stopped_early, violations()) == (1, [])


def test_nothing_ends_before_it_began_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = started(small_config(individuals=3, in_flight=1))
    claim = claim_next(experiment)

    def two_hours_ago() -> datetime:
        return timezone.now() - timedelta(hours=2)

    monkeypatch.setattr(clock, "database_now", two_hours_ago)
    finish(claim)
    services.cancel_evaluation(evaluation_id=services.advance_experiment(experiment_id=experiment.pk)[0])
    services.advance_experiment(experiment_id=experiment.pk)
    services.stop_experiment(experiment_id=experiment.pk)
    assert (fresh(experiment).seconds or 0) >= 0
    assert [row.seconds for row in Individual.objects.all() if (row.seconds or 0) < 0] == []
    assert [str(found) for found in violations() if found.rule == "times"] == []


def test_what_is_kept_of_a_population_is_read_anew_after_a_retry() -> None:
    experiment = started(small_config(individuals=2, in_flight=1, protocol={"repeats": 2}))
    row = failing(experiment)
    claim = claim_next(experiment)
    record(claim, 0.7, 0.7)
    services.finish_evaluation(claim=claim)
    services.advance_experiment(experiment_id=experiment.pk)

    def fitness() -> list[float]:
        rows = experiment.individuals.exclude(fitness=None).order_by("step")
        return [row.fitness or 0 for row in rows]

    assert cached_for_population("test", fresh(experiment), fitness) == [0.7]
    services.retry_evaluation(evaluation_id=row.pk)
    again = claim_evaluation(evaluation_id=row.pk, worker="worker")
    assert again is not None
    record(again, 0.6, first=1)
    services.finish_evaluation(claim=again)
    assert fresh(experiment).state == "finished"
    assert cached_for_population("test", fresh(experiment), fitness) == [0.55, 0.7]


def test_the_best_so_far_never_falls_when_a_lucky_leader_is_trained_again(
    use_trainer: UseTrainer,  # noqa: F811
) -> None:
    use_trainer(CurvedTrainer(lambda phenotype, repeat: 0.9 if repeat == 0 else 0.3))
    config = small_config(
        individuals=12, in_flight=1, protocol={"steps": 40, "repeats": 4}, decisions={"first_repeats": 1}
    )
    experiment = work_off(started(config))
    rows = experiment.individuals.exclude(completion=None).order_by("completion")
    found = [best for best in rows.values_list("best_so_far", flat=True) if best is not None]
    assert all(earlier <= later for earlier, later in pairwise(found)), found
    assert experiment.best is not None
    assert found[-1] <= (experiment.best.fitness or 0)
    assert experiment.revision > 0
    assert [str(one) for one in violations()] == []
