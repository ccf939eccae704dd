"""Nothing is trained twice: individuals that build the same network share one evaluation."""

import pytest
from django.conf import settings

from search import services
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.protocol_keys import protocol_keys
from search.models import Evaluation, Experiment
from tests.search.searching import (
    claim_next,
    finish,
    history,
    individual,
    small_config,
    started,
    work_off,
)

pytestmark = pytest.mark.django_db


def advanced(**options: object) -> Experiment:
    experiment = started(small_config(in_flight=1, **options))  # type: ignore[arg-type]
    services.advance_experiment(experiment_id=experiment.pk)
    return experiment


def test_a_known_network_gives_its_fitness_at_once() -> None:
    first = started(small_config(individuals=1, in_flight=1))
    finish(claim_next(first), 0.625)
    second = started(small_config(individuals=1, in_flight=1))
    assert services.advance_experiment(experiment_id=second.pk) == []
    row = individual(second, 0)
    assert (row.state, row.fitness, row.shared, row.completion) == ("done", 0.625, True, 0)
    assert row.finished_at == row.created_at  # never before it, by whatever two clocks
    second.refresh_from_db()
    assert (second.state, second.shared, second.evaluated, second.train_seconds) == ("finished", 1, 1, 0)
    assert second.best == row


def test_a_network_under_way_is_waited_for_and_ends_for_all_at_once() -> None:
    first = advanced()
    claim = claim_next(first)
    second = advanced()
    assert individual(second, 0).state == "running"
    assert sorted(finish(claim, 0.5)) == [first.pk, second.pk]
    assert [individual(row, 0).fitness for row in (first, second)] == [0.5, 0.5]
    assert Evaluation.objects.count() == 1


def test_training_time_counts_for_the_experiment_that_asked_first() -> None:
    first, second = advanced(), advanced()
    finish(claim_next(first))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.train_seconds, second.train_seconds) == (2.0, 0)


def test_a_network_that_failed_before_fails_at_once_with_the_reason() -> None:
    first = advanced()
    services.fail_evaluation(claim=claim_next(first), code="not_finite", reason="The loss became infinite.")
    second = started(small_config(individuals=1, in_flight=1))
    services.advance_experiment(experiment_id=second.pk)
    row = individual(second, 0)
    assert (row.state, row.fitness, row.reason) == ("failed", None, "The loss became infinite.")
    second.refresh_from_db()
    assert (second.state, second.failed) == ("finished", 1)


def test_a_cancelled_evaluation_waits_again_for_whoever_needs_it_next() -> None:
    first = advanced()
    services.stop_experiment(experiment_id=first.pk)
    assert Evaluation.objects.get().state == "cancelled"
    second = started(small_config(in_flight=1))
    assert services.advance_experiment(experiment_id=second.pk) == [Evaluation.objects.get().pk]
    row = individual(second, 0)
    assert (row.state, row.shared, row.evaluation.state, row.evaluation.reason) == (
        "waiting",
        False,
        "waiting",
        "",
    )
    finish(claim_next(second))
    assert individual(first, 0).state == "cancelled"


def test_another_protocol_shares_nothing() -> None:
    advanced()
    advanced(protocol={"steps": 11})
    assert Evaluation.objects.count() == 2


def test_without_sharing_an_equal_network_is_trained_again_under_a_seed_of_its_own() -> None:
    space = {"levels": [{"motifs": 1, "nodes": 2}], "primitives": ["conv1x1"]}  # one network only
    config = small_config(individuals=3, space=space, strategy={"kind": "random", "share_fitness": False})
    experiment = work_off(started(config))
    rows = list(Evaluation.objects.order_by("pk"))
    assert len(rows) == 3
    assert len({row.phenotype_key for row in rows}) == 1
    assert len({row.protocol["seed"] for row in rows}) == 3
    assert {**rows[0].protocol, "seed": 0, "split_seed": None} == experiment.config["protocol"]
    assert experiment.shared == 0


@pytest.mark.parametrize("split_seed", [None, 5])
def test_without_sharing_every_network_is_trained_on_the_same_split(split_seed: int | None) -> None:
    protocol = {"seed": 3, "split_seed": split_seed}
    config = small_config(individuals=4, protocol=protocol, strategy={"share_fitness": False})
    work_off(started(config))
    rows = [
        Protocol.model_validate(document)
        for document in Evaluation.objects.values_list("protocol", flat=True)
    ]
    assert len({row.seed for row in rows}) == 4
    assert {row.splits_by for row in rows} == {3 if split_seed is None else split_seed}


def test_without_sharing_a_repeated_experiment_repeats_exactly() -> None:
    config = small_config(in_flight=1, strategy={"share_fitness": False})
    assert history(work_off(started(config))) == history(work_off(started(config)))


def test_one_network_that_is_proposed_again_and_again_is_trained_once() -> None:
    space = {"levels": [{"motifs": 1, "nodes": 2}], "primitives": ["conv1x1"]}
    experiment = work_off(started(small_config(individuals=30, space=space, strategy={"kind": "random"})))
    assert (experiment.state, experiment.evaluated, experiment.shared) == ("finished", 30, 29)
    assert Evaluation.objects.get().attempts == 1


def test_what_an_earlier_version_kept_under_another_key_of_the_same_training_is_known() -> None:
    """Large with the numbers of small trains the same; rows of before stand under a key of their own."""
    large = {"dataset": "digits", "channels": 4, "steps": 10, "batch_size": 16, "host": "large"}
    first = started(small_config(individuals=1, protocol=large))
    finish(claim_next(first), 0.625)
    present, before = protocol_keys(Protocol.model_validate(large), settings.TRAINER)
    assert Evaluation.objects.get().protocol_key == present
    small = started(small_config(individuals=1))
    assert services.advance_experiment(experiment_id=small.pk) == []
    assert individual(small, 0).fitness == 0.625
    Evaluation.objects.update(protocol_key=before)
    again = started(small_config(individuals=1, protocol=large))
    assert services.advance_experiment(experiment_id=again.pk) == []
    assert (individual(again, 0).fitness, Evaluation.objects.count()) == (0.625, 1)
