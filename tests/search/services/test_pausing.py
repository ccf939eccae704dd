"""Invariant 8: pause means no new work, running work finishes, and resume goes on exactly."""

import pytest

from search import services
from search.models import Evaluation, Experiment, Individual
from search.worker.attempts import run_attempt
from tests.search.searching import (
    claim_next,
    finish,
    forget_everything,
    history,
    individual,
    small_config,
    started,
    work_off,
)

pytestmark = pytest.mark.django_db


def paused(**options: int) -> tuple[Experiment, list[int]]:
    experiment = started(small_config(**options))  # type: ignore[arg-type]
    waiting = services.advance_experiment(experiment_id=experiment.pk)
    return services.pause_experiment(experiment_id=experiment.pk), waiting


def test_a_paused_experiment_proposes_nothing() -> None:
    experiment, _ = paused()
    assert services.advance_experiment(experiment_id=experiment.pk) == []
    assert Individual.objects.count() == 2


def test_what_waits_for_a_paused_experiment_is_not_claimed() -> None:
    _, waiting = paused()
    assert [run_attempt(evaluation_id=row, worker="worker") for row in waiting] == [[], []]
    assert {row.state for row in Individual.objects.all()} == {"waiting"}


def test_what_waits_is_claimed_when_another_running_experiment_needs_it_too() -> None:
    first, waiting = paused(in_flight=1)
    second = started(small_config(in_flight=1))
    assert (
        services.advance_experiment(experiment_id=second.pk) == waiting
    )  # its message may have been refused
    assert sorted(run_attempt(evaluation_id=waiting[0], worker="worker")) == [first.pk, second.pk]
    assert individual(first, 0).state == "done"


def test_work_that_runs_when_an_experiment_is_paused_finishes() -> None:
    experiment = started(small_config())
    claim = claim_next(experiment)
    services.pause_experiment(experiment_id=experiment.pk)
    assert services.heartbeat_evaluation(claim=claim, progress=0.5) == "go"
    finish(claim, 0.5)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.evaluated) == ("paused", 1)
    assert services.advance_experiment(experiment_id=experiment.pk) == []


def test_resuming_sends_what_waits_again() -> None:
    experiment, waiting = paused()
    services.resume_experiment(experiment_id=experiment.pk)
    assert services.advance_experiment(experiment_id=experiment.pk) == waiting


def test_a_search_that_was_paused_and_resumed_is_the_same_search() -> None:
    config = small_config(individuals=20, in_flight=2)
    unbroken = history(work_off(started(config)))
    forget_everything()
    experiment = started(config)
    for _ in range(3):
        waiting = services.advance_experiment(experiment_id=experiment.pk)
        services.pause_experiment(experiment_id=experiment.pk)
        assert run_attempt(evaluation_id=waiting[0], worker="worker") == []
        services.resume_experiment(experiment_id=experiment.pk)
        waiting = services.advance_experiment(experiment_id=experiment.pk)
        run_attempt(evaluation_id=waiting[0], worker="worker")
        Evaluation.objects.filter(state="waiting").update(sent_at=None)
    assert history(work_off(experiment)) == unbroken


def test_a_paused_experiment_whose_last_evaluation_ends_is_finished() -> None:
    experiment = started(small_config(individuals=1))
    claim = claim_next(experiment)
    services.pause_experiment(experiment_id=experiment.pk)
    finish(claim)
    experiment.refresh_from_db()
    assert experiment.state == "finished"
