"""Invariants 1 and 3: the rows are the queue; what went silent or was never sent is found again."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from search import services
from search.models import Evaluation, Individual
from search.services import Claim
from tests.search.searching import claim_next, individual, small_config, started

pytestmark = pytest.mark.django_db


def goes_silent(claim: Claim, seconds: float) -> None:
    Evaluation.objects.filter(pk=claim.evaluation_id).update(heartbeat_at=Now() - timedelta(seconds=seconds))


def test_an_evaluation_whose_worker_went_silent_waits_again_and_is_sent() -> None:
    experiment = started(small_config(in_flight=1))
    claim = claim_next(experiment)
    goes_silent(claim, 61)
    assert services.sweep().evaluations == [claim.evaluation_id]
    row = individual(experiment, 0)
    assert (row.state, row.evaluation.state, row.evaluation.attempts) == ("waiting", "waiting", 1)
    assert row.evaluation.reason == "worker gave no sign of life for 60 s in attempt 1 of 3."
    again = services.claim_evaluation(evaluation_id=claim.evaluation_id, worker="second")
    assert again is not None
    assert again.attempt == 2


def test_a_worker_that_still_speaks_is_left_alone() -> None:
    claim = claim_next(started(small_config(in_flight=1)))
    goes_silent(claim, 59)
    assert services.sweep().evaluations == []
    assert Evaluation.objects.get().lease == claim.lease


def test_after_its_last_attempt_a_silent_evaluation_fails_with_the_reason(settings: Settings) -> None:
    settings.MAX_ATTEMPTS = 2
    experiment = started(small_config(in_flight=1))
    for _ in range(2):
        claim = claim_next(experiment)
        goes_silent(claim, 61)
        swept = services.sweep()
    assert swept.experiments == [experiment.pk]
    row = individual(experiment, 0)
    assert (row.state, row.fitness, row.evaluation.state) == ("failed", None, "failed")
    assert row.reason == "worker gave no sign of life for 60 s in attempt 2 of 2."
    assert row.evaluation.reason_code == "worker_lost"
    experiment.refresh_from_db()
    assert (experiment.state, experiment.failed) == ("running", 1)


def test_a_silent_evaluation_that_nobody_needs_is_cancelled() -> None:
    experiment = started(small_config(in_flight=1))
    claim = claim_next(experiment)
    services.stop_experiment(experiment_id=experiment.pk)
    goes_silent(claim, 61)
    assert services.sweep().evaluations == []
    assert Evaluation.objects.get().state == "cancelled"


def test_a_message_that_was_lost_is_sent_again_after_a_while() -> None:
    waiting = services.advance_experiment(experiment_id=started().pk)
    assert services.sweep().evaluations == []
    Evaluation.objects.update(sent_at=F("created_at") - timedelta(seconds=301))
    assert services.sweep().evaluations == waiting
    assert services.sweep().evaluations == []


def test_what_waits_for_a_paused_experiment_only_is_not_sent() -> None:
    experiment = started()
    services.advance_experiment(experiment_id=experiment.pk)
    services.pause_experiment(experiment_id=experiment.pk)
    Evaluation.objects.update(sent_at=None)
    assert services.sweep() == services.Swept([], [])


def test_a_running_experiment_with_room_is_advanced_though_nobody_nudged_it() -> None:
    experiment = started()
    assert services.sweep().experiments == [experiment.pk]
    services.advance_experiment(experiment_id=experiment.pk)
    assert services.sweep().experiments == []


def test_a_complete_experiment_that_was_not_told_so_is_finished() -> None:
    experiment = started(small_config(individuals=2))
    services.advance_experiment(experiment_id=experiment.pk)
    Individual.objects.update(state="cancelled")  # as if the process died between two steps
    assert services.sweep().experiments == [experiment.pk]
    services.advance_experiment(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert experiment.state == "finished"


def test_a_worker_that_stops_in_good_order_hands_back_its_work_and_no_attempt_is_counted() -> None:
    experiment = started()
    mine, other = claim_next(experiment, worker="mine"), claim_next(experiment, worker="other")
    services.release_worker(worker="mine")
    row = individual(experiment, 0)
    assert (row.state, row.evaluation.state, row.evaluation.attempts) == ("waiting", "waiting", 0)
    assert services.heartbeat_evaluation(claim=mine, progress=0.5) == "lost"
    assert services.heartbeat_evaluation(claim=other, progress=0.5) == "go"
    assert services.sweep().evaluations == [mine.evaluation_id]
