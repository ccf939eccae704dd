"""Asynchronous successive halving: who waits at a rung, who goes on, and that nothing is trained twice."""

import itertools
from collections import Counter
from collections.abc import Callable

import pytest

from search import services
from search.evolution.decisions import Ladder, rung_of
from search.evolution.experiments.config import ConfigError, ExperimentConfig
from search.models import Experiment, Individual
from search.worker.attempts import run_attempt
from tests.search.decisions.conftest import UseTrainer
from tests.search.decisions.curved import CurvedTrainer, decided, work_off_as_workers_do
from tests.search.searching import forget_everything, history, small_config, started, work_off


def halving(individuals: int = 30, *, in_flight: int = 1, **decisions: int) -> ExperimentConfig:
    return small_config(
        individuals=individuals,
        in_flight=in_flight,
        strategy={"initial_population": 12},
        protocol={"steps": 40},
        decisions={"halving": 3, "rungs": 2, **decisions},
    )


def test_rungs_are_where_curves_are_scored() -> None:
    assert [rung_of(step, 5000) for step in (1250, 2500, 3750, 5000, 1)] == [0, 1, 2, None, None]
    assert [rung_of(round(60 * n / 12), 60) for n in (3, 6, 9)] == [0, 1, 2]


def test_the_work_that_is_left_is_what_many_would_take() -> None:
    assert Ladder.read(2, 1, None).work() == pytest.approx(0.25 + 0.75 / 2)
    assert Ladder.read(3, 2, None).work() == pytest.approx(0.25 + 0.25 / 3 + 0.5 / 9)
    assert Ladder.read(3, 1, None).work(4) == pytest.approx((0.25 + 0.75 / 3 + 3 / 3) / 4)


@pytest.mark.django_db
@pytest.mark.parametrize("in_flight,work", [(1, work_off), (4, work_off), (4, work_off_as_workers_do)])
def test_never_more_than_one_in_three_goes_on_and_the_best_do(
    use_trainer: UseTrainer, in_flight: int, work: Callable[[Experiment], Experiment]
) -> None:
    use_trainer(CurvedTrainer())
    experiment = work(started(halving(in_flight=in_flight)))
    assert experiment.state == "finished"
    ladder = decided(experiment)["ladder"]
    first, second = ladder["reached"]
    assert ladder["promoted"] == [first // 3, second // 3]
    rows = Individual.objects.filter(experiment=experiment)
    assert experiment.stopped_early == rows.filter(state="cancelled").exclude(stopped_at=None).count() > 0
    waits = rows.filter(state="cancelled", rung=0)
    went_on = rows.filter(rung__gte=0).exclude(pk__in=waits)
    assert went_on.count() == first // 3
    row = waits.first()
    assert row is not None
    assert row.stopped_at == 10
    assert row.reason.startswith("Waits at step 10 of 40 with ")
    assert "the best one in 3 goes on from there" in row.reason
    # At the end nobody who waits is better than everybody who was let on.
    best_waiting = max(row.stopped_accuracy or 0.0 for row in waits)
    best_done = max(row.fitness or 0.0 for row in went_on.filter(state="done"))
    assert best_done * 0.625 >= best_waiting


@pytest.mark.django_db
def test_who_goes_on_goes_on_from_where_it_was_left_and_no_step_is_trained_twice(
    use_trainer: UseTrainer,
) -> None:
    trainer = use_trainer(CurvedTrainer())
    experiment = work_off(started(halving()))
    done = Individual.objects.filter(experiment=experiment, state="done").select_related("genotype")
    resumed = 0
    for key in {row.genotype.phenotype_key for row in done}:
        calls = [(first, last) for name, _, first, last in trainer.steps if name == key]
        assert calls[0][0] == 0
        assert calls[-1][1] == 40
        assert all(before[1] == after[0] for before, after in itertools.pairwise(calls))
        resumed += len(calls) > 1
    assert resumed
    steps = Counter[str]()
    for name, _, first, last in trainer.steps:
        steps[name] += last - first
    assert max(steps.values()) == 40


@pytest.mark.django_db
def test_a_search_with_halving_repeats_itself(use_trainer: UseTrainer) -> None:
    use_trainer(CurvedTrainer())
    first = history(work_off(started(halving())))
    forget_everything()
    assert history(work_off(started(halving()))) == first


@pytest.mark.django_db
def test_a_stopped_search_leaves_those_that_wait_where_they_are(use_trainer: UseTrainer) -> None:
    use_trainer(CurvedTrainer())
    experiment = started(halving())
    (evaluation_id,) = services.advance_experiment(experiment_id=experiment.pk)
    assert run_attempt(evaluation_id=evaluation_id, worker="worker") == [experiment.pk]
    services.stop_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.stopped_early) == ("stopped", 1)
    assert services.advance_experiment(experiment_id=experiment.pk) == []


@pytest.mark.django_db
def test_a_trainer_without_checkpoints_is_stopped_at_its_next_sign_of_life(use_trainer: UseTrainer) -> None:
    class Plain(CurvedTrainer):
        def __call__(self, *args: object, **options: object) -> object:  # type: ignore[override]
            return super().__call__(*args, **{**options, "checkpoint": None})  # type: ignore[arg-type]

    use_trainer(Plain())
    experiment = work_off(started(halving()))
    assert experiment.state == "finished"
    assert experiment.stopped_early > 0
    assert experiment.evaluated + experiment.stopped_early == 30


def test_halving_that_keeps_all_is_refused() -> None:
    with pytest.raises(ConfigError, match="halving 1 would keep all"):
        small_config(decisions={"halving": 1})
