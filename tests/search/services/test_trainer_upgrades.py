"""A worker trains only what its own version of the trainer may train, and an upgrade leaves nothing behind."""

import pytest

from search import services
from search.evolution.experiments.config import TRAINER_VERSION, Protocol
from search.models import Evaluation, Experiment, Individual
from search.selectors.protocols import key_of
from search.services.evaluations import claiming, trainer_upgrades
from search.services.evaluations.requesting import evaluation_of
from search.worker.attempts import run_attempt
from tests.search.searching import claim_next, individual, record, small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> tuple[Experiment, Evaluation]:
    experiment = started(small_config(individuals=6, in_flight=1, protocol={"repeats": 2}))
    services.advance_experiment(experiment_id=experiment.pk)
    return experiment, Evaluation.objects.get()


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> object:
    """From now on the code that runs here has the next version of the trainer."""

    def do() -> int:
        new = TRAINER_VERSION + 1
        for module in (trainer_upgrades, claiming):
            monkeypatch.setattr(module, "TRAINER_VERSION", new)
        monkeypatch.setattr("search.models.work.TRAINER_VERSION", new)
        monkeypatch.setattr("search.evolution.experiments.config.TRAINER_VERSION", new)
        monkeypatch.setattr("search.evolution.experiments.protocol_keys.TRAINER_VERSION", new)
        return new

    return do


@pytest.mark.parametrize("difference", [-1, 1])
def test_a_worker_of_another_trainer_claims_nothing(
    waiting: tuple[Experiment, Evaluation], difference: int
) -> None:
    row = waiting[1]
    Evaluation.objects.update(trainer=row.trainer + difference)
    assert services.claim_evaluation(evaluation_id=row.pk, worker="other") is None
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)


def test_what_waits_for_the_old_trainer_moves_to_the_new_one(
    waiting: tuple[Experiment, Evaluation], upgrade: object
) -> None:
    experiment, old = waiting
    assert callable(upgrade)
    new_version = upgrade()
    swept = services.sweep()
    old.refresh_from_db()
    new = Evaluation.objects.exclude(pk=old.pk).get()
    assert (old.state, new.state, new.trainer) == ("cancelled", "waiting", new_version)
    assert str(new.pk) in old.reason
    assert new.protocol_key == key_of(Protocol.model_validate(old.protocol)) != old.protocol_key
    assert individual(experiment, 0).evaluation == new
    assert swept.evaluations == [new.pk]
    run_attempt(evaluation_id=new.pk, worker="new")
    assert work_off(experiment).state == "finished"
    assert experiment.evaluated == 6


def test_repeats_of_the_old_trainer_are_not_mixed_with_those_of_the_new(
    waiting: tuple[Experiment, Evaluation], upgrade: object
) -> None:
    experiment, old = waiting
    record(claim_next(experiment), 0.5)
    services.release_worker(worker="worker")
    assert callable(upgrade)
    upgrade()
    [moved] = services.sweep().evaluations
    run_attempt(evaluation_id=moved, worker="new")
    assert old.records.count() == 1
    assert individual(experiment, 0).evaluation.records.count() == 2


def test_what_the_new_trainer_knows_already_ends_at_once(
    waiting: tuple[Experiment, Evaluation], upgrade: object
) -> None:
    experiment, old = waiting
    assert callable(upgrade)
    upgrade()
    known, _ = evaluation_of(old.genotype, Protocol.model_validate(old.protocol))
    Evaluation.objects.filter(pk=known.pk).update(state="done", fitness=0.75, fitness_spread=0.0)
    services.sweep()
    first = individual(experiment, 0)
    assert (first.state, first.fitness, first.completion) == ("done", 0.75, 0)
    experiment.refresh_from_db()
    assert (experiment.evaluated, experiment.best) == (1, first)


def test_what_an_old_worker_is_training_is_left_to_it(
    waiting: tuple[Experiment, Evaluation], upgrade: object
) -> None:
    experiment = waiting[0]
    claim = claim_next(experiment)
    assert callable(upgrade)
    upgrade()
    services.sweep()
    record(claim, 0.25)
    finish_second(claim)
    assert individual(experiment, 0).fitness == 0.5


def finish_second(claim: services.Claim) -> None:
    record(claim, 0.75, first=1)
    services.finish_evaluation(claim=claim)


def test_a_worker_that_cannot_read_a_protocol_gives_it_back_and_says_why(
    waiting: tuple[Experiment, Evaluation],
) -> None:
    row = waiting[1]
    Evaluation.objects.update(protocol={**row.protocol, "a_field_of_tomorrow": 1})
    assert run_attempt(evaluation_id=row.pk, worker="old") == []
    row.refresh_from_db()
    assert (row.state, row.attempts, row.sent_at) == ("waiting", 1, None)  # the next sweep sends it again
    assert "old runs code that cannot read this evaluation" in row.reason
    assert "a_field_of_tomorrow" in row.reason
    assert Individual.objects.get().state == "waiting"
