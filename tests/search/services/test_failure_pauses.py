"""A search whose every candidate fails does not spend its whole budget."""

from collections.abc import Callable
from typing import Any

import pytest

from search import services
from search.evolution.evaluation import Evaluated, EvaluationFailed, instant_trainer
from search.evolution.experiments.config import ExperimentConfig
from search.models import Individual
from search.worker import attempts
from tests.search.searching import individual, small_config, started, work_off

pytestmark = pytest.mark.django_db
UseTrainer = Callable[[Callable[..., Evaluated]], None]


@pytest.fixture
def use_trainer(monkeypatch: pytest.MonkeyPatch) -> UseTrainer:
    return lambda trainer: monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)


def no_memory(*_: Any, **__: Any) -> Evaluated:
    raise EvaluationFailed("out_of_memory", "256 channels are too many")


def patient(failures: int, **budget: int) -> ExperimentConfig:
    return small_config(
        individuals=30, budget={"individuals": 30, "failures_before_pause": failures, **budget}
    )


def test_after_so_many_failures_and_no_success_it_pauses_and_says_why(use_trainer: UseTrainer) -> None:
    use_trainer(no_memory)
    experiment = work_off(started(patient(5)))
    assert experiment.state == "paused"
    assert experiment.reason == (
        "Paused: all of the first 5 networks failed, the last because: 256 channels are too many. "
        "Remove the cause and resume, or launch again with other settings."
    )
    assert 5 <= experiment.failed <= 5 + 2


def test_twenty_failures_are_the_default_and_zero_never_pauses(use_trainer: UseTrainer) -> None:
    use_trainer(no_memory)
    experiment = work_off(started(small_config(individuals=40)))
    assert (experiment.state, experiment.failed) == ("paused", 20)
    assert work_off(started(patient(0))).state == "finished"


def test_known_failures_count_too(use_trainer: UseTrainer) -> None:
    use_trainer(no_memory)
    work_off(started(patient(0)))
    again = work_off(started(patient(7)))
    assert (again.state, again.failed) == ("paused", 7)
    assert "all of the first 7" in again.reason


def test_a_success_in_between_ends_the_count_for_good(use_trainer: UseTrainer) -> None:
    calls: list[int] = []

    def trainer(*args: Any, **options: Any) -> Evaluated:
        calls.append(1)
        return instant_trainer(*args, **options) if len(calls) == 4 else no_memory()

    use_trainer(trainer)
    experiment = work_off(started(patient(5)))
    assert experiment.state == "finished"
    assert experiment.failed >= 10  # equal networks share the one success


def test_who_resumes_is_given_as_many_failures_again_and_a_mended_search_finishes(
    use_trainer: UseTrainer,
) -> None:
    use_trainer(no_memory)
    experiment = work_off(started(patient(5, in_flight=1)))
    services.resume_experiment(experiment_id=experiment.pk)
    experiment = work_off(experiment)
    assert (experiment.state, experiment.failed) == ("paused", 10)
    use_trainer(instant_trainer)
    services.resume_experiment(experiment_id=experiment.pk)
    experiment = work_off(experiment)
    assert (experiment.state, experiment.failed) == ("finished", 10)


def test_the_count_is_in_the_row_and_survives_every_restart(use_trainer: UseTrainer) -> None:
    """Each attempt here finds nothing in memory of the ones before."""
    use_trainer(no_memory)
    experiment = started(patient(3, in_flight=1))
    for step in range(3):
        assert experiment.state == "running"
        (evaluation_id,) = services.advance_experiment(experiment_id=experiment.pk)
        attempts.run_attempt(evaluation_id=evaluation_id, worker=f"worker {step}")
        experiment = type(experiment).objects.get(pk=experiment.pk)
    assert experiment.state == "paused"
    assert individual(experiment, 2).state == "failed"
    assert Individual.objects.filter(experiment=experiment).count() == 3
