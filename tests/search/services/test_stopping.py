"""Invariant 8: stop means no new work, and running work is cancelled at its next heartbeat."""

import pytest

from search import services
from search.models import Evaluation
from search.services.experiments.lifecycle import STOPPED
from tests.search.searching import claim_next, finish, individual, record, small_config, started

pytestmark = pytest.mark.django_db


def test_stopping_cancels_what_is_open_and_says_so() -> None:
    experiment = started()
    services.advance_experiment(experiment_id=experiment.pk)
    services.stop_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert experiment.state == "stopped"
    assert {(row.state, row.reason) for row in experiment.individuals.all()} == {("cancelled", STOPPED)}
    assert {row.state for row in Evaluation.objects.all()} == {"cancelled"}
    assert services.advance_experiment(experiment_id=experiment.pk) == []


def test_running_work_of_a_stopped_experiment_is_cancelled_at_its_next_heartbeat() -> None:
    experiment = started(small_config(protocol={"repeats": 2}))
    claim = claim_next(experiment)
    record(claim, 0.5)
    services.stop_experiment(experiment_id=experiment.pk)
    row = Evaluation.objects.get(pk=claim.evaluation_id)
    assert row.state == "running"
    assert services.heartbeat_evaluation(claim=claim, progress=0.5) == "cancel"
    services.release_evaluation(claim=claim)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.records.count()) == ("cancelled", 0, 1)


def test_running_work_that_another_experiment_needs_goes_on() -> None:
    first = started(small_config(in_flight=1))
    claim = claim_next(first)
    second = started(small_config(in_flight=1))
    services.advance_experiment(experiment_id=second.pk)
    services.stop_experiment(experiment_id=first.pk)
    assert services.heartbeat_evaluation(claim=claim, progress=0.5) == "go"
    assert finish(claim) == [second.pk]
    assert [individual(row, 0).state for row in (first, second)] == ["cancelled", "done"]


def test_work_that_is_needed_again_before_it_was_let_go_waits_for_the_next_worker() -> None:
    first = started(small_config(in_flight=1))
    claim = claim_next(first)
    services.stop_experiment(experiment_id=first.pk)
    second = started(small_config(in_flight=1))
    services.advance_experiment(experiment_id=second.pk)
    services.release_evaluation(claim=claim)
    assert individual(second, 0).state == "waiting"
    assert services.advance_experiment(experiment_id=second.pk) == [claim.evaluation_id]


def test_a_result_that_comes_before_the_heartbeat_is_kept_for_others() -> None:
    experiment = started(small_config(in_flight=1))
    claim = claim_next(experiment)
    services.stop_experiment(experiment_id=experiment.pk)
    assert finish(claim, 0.75) == []
    assert individual(experiment, 0).state == "cancelled"
    assert Evaluation.objects.get().fitness == 0.75


def test_a_paused_experiment_can_be_stopped_and_a_stopped_one_not_resumed() -> None:
    experiment = started()
    services.pause_experiment(experiment_id=experiment.pk)
    services.stop_experiment(experiment_id=experiment.pk)
    with pytest.raises(services.Conflict, match="is stopped; only paused or failed ones can be resumed"):
        services.resume_experiment(experiment_id=experiment.pk)
