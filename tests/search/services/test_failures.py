"""Invariant 5: one bad candidate never stops a search; it fails with a reason and no tournament sees it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from search import services
from search.evolution.evaluation import Evaluated, EvaluationFailed, FailureCode, instant_trainer
from search.models import Evaluation, Experiment
from search.worker import attempts
from tests.search.searching import claim_next, history, individual, small_config, started, work_off

pytestmark = pytest.mark.django_db
UseTrainer = Callable[[Callable[..., Evaluated]], None]


@pytest.fixture
def use_trainer(monkeypatch: pytest.MonkeyPatch) -> UseTrainer:
    return lambda trainer: monkeypatch.setattr(attempts, "load_trainer", lambda: trainer)


def fails_with(code: FailureCode) -> Callable[..., Evaluated]:
    def trainer(*_: Any, **__: Any) -> Evaluated:
        raise EvaluationFailed(code, f"reason of {code}")

    return trainer


@pytest.mark.parametrize("code", ["out_of_memory", "not_finite", "time_out", "infeasible", "error"])
def test_a_failed_candidate_keeps_its_reason_and_the_search_goes_on(
    code: FailureCode, use_trainer: UseTrainer
) -> None:
    use_trainer(fails_with(code))
    experiment = work_off(started(small_config(individuals=4)))
    assert (experiment.state, experiment.failed, experiment.evaluated) == ("finished", 4, 0)
    assert experiment.best is None
    row = individual(experiment, 0)
    assert (row.state, row.fitness, row.reason, row.completion) == ("failed", None, f"reason of {code}", None)
    assert row.evaluation.reason_code == code


def test_every_second_candidate_failing_leaves_a_population_of_the_others(use_trainer: UseTrainer) -> None:
    calls: list[int] = []

    def trainer(*args: Any, **options: Any) -> Evaluated:
        calls.append(1)
        if len(calls) % 2:
            raise EvaluationFailed("out_of_memory", "too wide")
        return instant_trainer(*args, **options)

    use_trainer(trainer)
    experiment = work_off(started(small_config(individuals=20, in_flight=1)))
    assert experiment.state == "finished"
    assert experiment.evaluated + experiment.failed == 20
    assert experiment.population == experiment.evaluated
    parents = {row.parent.state for row in experiment.individuals.select_related("parent") if row.parent}
    assert parents == {"done"}


def test_an_unexpected_exception_fails_the_evaluation_with_the_end_of_its_traceback(
    use_trainer: UseTrainer,
) -> None:
    def trainer(*_: Any, **__: Any) -> Evaluated:
        raise ZeroDivisionError("a bug in the trainer")

    use_trainer(trainer)
    experiment = work_off(started(small_config(individuals=1)))
    row = Evaluation.objects.get()
    assert (row.reason_code, row.reason) == ("error", "ZeroDivisionError: a bug in the trainer")
    assert row.log.endswith("ZeroDivisionError: a bug in the trainer\n")
    assert experiment.state == "finished"


@pytest.mark.parametrize("accuracy", [float("nan"), float("inf"), -0.1, 1.1])
def test_an_accuracy_that_is_no_fraction_is_a_failure_and_is_not_recorded(
    accuracy: float, use_trainer: UseTrainer
) -> None:
    use_trainer(lambda *_, **__: Evaluated(accuracy=accuracy, curve=(), seconds=1, device="cpu"))
    work_off(started(small_config(individuals=1)))
    row = Evaluation.objects.get()
    assert (row.state, row.reason_code, row.records.count()) == ("failed", "not_finite", 0)


def test_a_missing_data_set_pauses_the_search_with_the_remedy_and_fails_no_candidate(
    use_trainer: UseTrainer,
) -> None:
    config = small_config(individuals=10, in_flight=1)
    use_trainer(fails_with("dataset_unavailable"))
    experiment = work_off(started(config))
    assert (experiment.state, experiment.failed) == ("paused", 0)
    assert experiment.reason == (
        "Waits for data set digits, goes on by itself when it is there. worker: reason of dataset_unavailable"
    )
    assert (individual(experiment, 0).state, Evaluation.objects.get().attempts) == ("waiting", 0)
    use_trainer(instant_trainer)  # the data set was put there
    services.resume_experiment(experiment_id=experiment.pk)
    assert work_off(experiment).state == "finished"
    assert [row[0] for row in history(experiment)] == list(range(10))


def test_a_stored_protocol_that_no_worker_can_read_fails_with_the_reason() -> None:
    experiment = started(small_config(individuals=1))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    Evaluation.objects.update(protocol={"repeats": 1, "from": "the future"})
    for _ in range(settings.MAX_ATTEMPTS):
        attempts.run_attempt(evaluation_id=evaluation_id, worker="worker")
    row = Evaluation.objects.get()
    assert (row.state, row.reason_code) == ("failed", "error")
    assert "from" in row.reason
    assert Experiment.objects.get().state == "finished"


def test_what_a_failed_attempt_said_stays_after_a_retry_that_succeeds(
    use_trainer: UseTrainer, client: Client
) -> None:
    use_trainer(fails_with("out_of_memory"))
    experiment = work_off(started(small_config(individuals=1)))
    row = individual(experiment, 0).evaluation
    use_trainer(instant_trainer)
    for number in services.retry_evaluation(evaluation_id=row.pk):
        work_off(Experiment.objects.get(pk=number))
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts) == ("done", "", 1)
    [kept] = row.ended_attempts.all()
    assert (kept.outcome, kept.number, kept.reason_code, kept.reason) == (
        "failed", 1, "out_of_memory", "reason of out_of_memory",
    )  # fmt: skip
    assert kept.worker
    assert kept.started_at is not None
    assert kept.started_at <= kept.ended_at
    shown = client.get(f"/api/v1/evaluations/{row.pk}").json()
    assert [attempt["reason"] for attempt in shown["ended_attempts"]] == ["reason of out_of_memory"]
    page = client.get(f"/experiments/{experiment.pk}/individuals/0/?tab=training").content.decode()
    assert "Attempts that did not finish" in page
    assert "reason of out_of_memory" in page


def test_attempts_that_were_lost_or_given_back_are_told_apart() -> None:
    first = claim_next(started(small_config(individuals=1)), worker="one")
    evaluation = Evaluation.objects.get(pk=first.evaluation_id)
    services.release_evaluation(claim=first)
    second = services.claim_evaluation(evaluation_id=evaluation.pk, worker="two")
    assert second is not None
    services.fail_evaluation(claim=second, code="error", reason="broken pipe", retry=True)
    found = [(row.outcome, row.worker, row.number, row.reason) for row in evaluation.ended_attempts.all()]
    assert found == [("given back", "one", 1, ""), ("tried again", "two", 1, "broken pipe")]
