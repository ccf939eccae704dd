import statistics

import pytest

from search import services
from search.evolution.experiments.protocol_keys import repeat_seed
from search.models import Evaluation, FitnessRecord
from search.selectors.protocols import key_of
from search.worker.attempts import run_attempt
from tests.search.searching import claim_next, individual, record, small_config, started

pytestmark = pytest.mark.django_db


def test_fitness_is_the_mean_over_repeats_and_spread_their_sample_deviation() -> None:
    experiment = started(small_config(protocol={"repeats": 3}))
    claim = claim_next(experiment)
    record(claim, 0.5, 0.6, 0.9)
    services.finish_evaluation(claim=claim)
    row = individual(experiment, 0)
    assert row.state == "done"
    assert row.fitness == pytest.approx(2 / 3)
    assert row.fitness_spread == pytest.approx(statistics.stdev([0.5, 0.6, 0.9]))
    assert row.evaluation.fitness == row.fitness
    assert row.evaluation.train_seconds == 6.0


def test_one_repeat_has_no_spread() -> None:
    experiment = started()
    claim = claim_next(experiment)
    record(claim, 0.5)
    services.finish_evaluation(claim=claim)
    assert (individual(experiment, 0).fitness, individual(experiment, 0).fitness_spread) == (0.5, None)


def test_an_evaluation_with_missing_repeats_cannot_finish() -> None:
    claim = claim_next(started(small_config(protocol={"repeats": 2})))
    record(claim, 0.5)
    with pytest.raises(services.Conflict, match="has 1 of 2 repeats"):
        services.finish_evaluation(claim=claim)
    assert Evaluation.objects.get(pk=claim.evaluation_id).state == "running"


def test_a_second_attempt_trains_only_the_missing_repeats() -> None:
    experiment = started(small_config(in_flight=1, protocol={"repeats": 3}))
    claim = claim_next(experiment, worker="killed")
    record(claim, 0.125)
    services.release_worker(worker="killed")
    assert run_attempt(evaluation_id=claim.evaluation_id, worker="second") == [experiment.pk]
    records = list(FitnessRecord.objects.order_by("repeat"))
    assert [(row.repeat, row.worker) for row in records] == [(0, "killed"), (1, "second"), (2, "second")]
    assert records[0].accuracy == 0.125


def test_a_repeats_seed_depends_on_what_is_trained_and_how_and_not_on_the_experiment() -> None:
    config = small_config(in_flight=1, protocol={"repeats": 2, "seed": 7})
    experiment = started(config)
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    run_attempt(evaluation_id=evaluation_id, worker="worker")
    key = individual(experiment, 0).genotype.phenotype_key
    seeds = [repeat_seed(key, key_of(config.protocol), repeat) for repeat in (0, 1)]
    assert list(FitnessRecord.objects.order_by("repeat").values_list("seed", flat=True)) == seeds
    assert len(set(seeds)) == 2
