"""Trainings that will win no tournament are stopped, for their own experiment and nobody else."""

import random

import pytest

from search import services
from search.evolution.decisions import decided_rank, upper_bound
from search.evolution.experiments.config import ConfigError, ExperimentConfig
from search.models import Evaluation, Experiment, FitnessRecord, Individual
from search.worker.attempts import run_attempt
from tests.search.decisions.conftest import UseTrainer
from tests.search.decisions.curved import CurvedTrainer
from tests.search.searching import forget_everything, history, small_config, started, work_off


def strict(individuals: int = 60, **decisions: object) -> ExperimentConfig:
    return small_config(
        individuals=individuals,
        in_flight=1,
        strategy={"initial_population": 30, "tournament_fraction": 0.5},
        protocol={"steps": 40},
        decisions={"hopeless_chance": 0.05, **decisions},
    )


@pytest.mark.parametrize("fraction,chance", [(0.05, 0.01), (0.25, 0.001), (0.5, 0.05)])
def test_behind_the_decided_rank_nobody_wins_more_often_than_promised(fraction: float, chance: float) -> None:
    rank = decided_rank(fraction, chance)
    assert (1 - fraction) ** rank <= chance < (1 - fraction) ** (rank - 1)


def test_few_end_above_their_bound_whatever_the_noise() -> None:
    rng = random.Random(3)

    def curve() -> tuple[float, float]:
        now = rng.uniform(0.2, 0.9)
        return now, 1 - (1 - now) * rng.uniform(0.1, 0.9) ** 2

    missed = 0
    for _ in range(400):
        finished, (now, final) = [curve() for _ in range(60)], curve()
        bound = upper_bound(now, finished)
        assert bound is not None
        missed += final > bound
    assert missed <= 400 * 0.05 + 12
    assert upper_bound(0.5, [curve() for _ in range(18)]) is None


@pytest.mark.django_db
def test_a_hopeless_training_ends_on_the_way_and_its_page_says_why(use_trainer: UseTrainer) -> None:
    trainer = use_trainer(CurvedTrainer())
    experiment = work_off(started(strict()))
    assert experiment.state == "finished"
    stopped = Individual.objects.filter(experiment=experiment).exclude(stopped_at=None)
    assert 0 < len(stopped) == experiment.stopped_early
    assert experiment.evaluated + experiment.stopped_early == 60
    row = stopped[0]
    assert (row.state, row.fitness, row.completion) == ("cancelled", None, None)
    assert row.stopped_at in (10, 20, 30)
    assert row.reason.startswith(f"Stopped early at step {row.stopped_at} of 40: with ")
    assert "individuals of this experiment are fitter" in row.reason
    assert row.evaluation.state == "cancelled"
    assert row.evaluation.live_curve[-1]["validation_accuracy"] == row.stopped_accuracy
    assert {steps for _, _, _, steps in trainer.steps} >= {row.stopped_at, 40}


@pytest.mark.django_db
def test_what_was_stopped_could_not_have_won_and_a_search_repeats_itself(use_trainer: UseTrainer) -> None:
    trainer = use_trainer(CurvedTrainer())
    experiment = work_off(started(strict()))
    first = history(experiment)
    full = {key for key, _, _, last in trainer.steps if last == 40}
    done = Individual.objects.filter(experiment=experiment, state="done")
    kept = sorted((row.fitness or 0.0 for row in done), reverse=True)
    rank = decided_rank(0.5, 0.05)
    for row in Individual.objects.filter(experiment=experiment, state="cancelled").select_related("genotype"):
        assert row.genotype.phenotype_key not in full
        assert (row.stopped_accuracy or 0.0) < kept[rank - 1]
    forget_everything()
    assert history(work_off(started(strict()))) == first


@pytest.mark.django_db
def test_an_experiment_without_the_rule_gets_what_another_one_gave_up(use_trainer: UseTrainer) -> None:
    use_trainer(CurvedTrainer())
    work_off(started(strict()))
    given_up = set(Evaluation.objects.filter(state="cancelled").values_list("pk", flat=True))
    assert given_up
    plain = work_off(started(strict(hopeless_chance=0.0)))
    assert (plain.state, plain.evaluated, plain.stopped_early) == ("finished", 60, 0)
    assert Evaluation.objects.filter(pk__in=given_up, state="done").exists()


@pytest.mark.django_db
def test_while_another_experiment_waits_too_the_training_goes_on_for_it(use_trainer: UseTrainer) -> None:
    use_trainer(CurvedTrainer())
    strictly = work_off(started(strict()))
    row = strictly.individuals.filter(state="cancelled").select_related("evaluation").first()
    assert row is not None
    services.retry_evaluation(evaluation_id=row.evaluation_id)
    other = started(strict(hopeless_chance=0.0))
    Individual.objects.filter(pk=row.pk).update(stopped_at=None)  # as if proposed by both
    Individual.objects.create(
        experiment=other, step=0, genotype=row.genotype, origin="initial", parameters=1, multiply_adds=1,
        evaluation=row.evaluation,
    )  # fmt: skip
    Experiment.objects.filter(pk=other.pk).update(proposed=1)
    run_attempt(evaluation_id=row.evaluation_id, worker="worker")
    row.refresh_from_db()
    assert row.state == "cancelled"
    assert Individual.objects.get(experiment=other, step=0).state == "done"
    assert FitnessRecord.objects.filter(evaluation=row.evaluation_id).count() == 1


@pytest.mark.django_db
def test_who_is_tried_again_by_hand_is_trained_to_the_end(use_trainer: UseTrainer) -> None:
    use_trainer(CurvedTrainer())
    experiment = work_off(started(strict()))
    row = experiment.individuals.filter(state="cancelled").first()
    assert row is not None
    before = experiment.stopped_early
    services.retry_evaluation(evaluation_id=row.evaluation_id)
    experiment = work_off(experiment)
    row.refresh_from_db()
    assert (row.state, experiment.stopped_early) == ("done", before - 1)


@pytest.mark.parametrize("kind", ["random", "aging"])
def test_without_tournaments_that_nobody_leaves_the_rule_is_refused(kind: str) -> None:
    with pytest.raises(ConfigError, match="rests on tournaments that nobody leaves"):
        small_config(strategy={"kind": kind}, decisions={"hopeless_chance": 0.01})
