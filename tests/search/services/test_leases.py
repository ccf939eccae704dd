"""Invariant 4: a result is recorded only by the attempt that holds the lease."""

import pytest

from search import services
from search.models import Evaluation, FitnessRecord
from search.services import Claim
from tests.search.searching import claim_next, finish, individual, record, small_config, started, trained

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost() -> Claim:
    """An attempt whose lease went to a second one."""
    claim = claim_next(started(small_config(in_flight=1, protocol={"repeats": 2})), worker="first")
    services.release_worker(worker="first")
    assert services.claim_evaluation(evaluation_id=claim.evaluation_id, worker="second") is not None
    return claim


def test_a_late_repeat_of_a_lost_lease_is_refused(lost: Claim) -> None:
    with pytest.raises(services.LeaseLost):
        services.record_repeat(claim=lost, repeat=0, seed=0, result=trained(0.9))
    assert FitnessRecord.objects.count() == 0
    assert Evaluation.objects.get().train_seconds == 0


def test_a_late_end_of_a_lost_lease_is_refused(lost: Claim) -> None:
    with pytest.raises(services.LeaseLost):
        services.finish_evaluation(claim=lost)
    with pytest.raises(services.LeaseLost):
        services.fail_evaluation(claim=lost, code="error", reason="late")
    assert Evaluation.objects.get().state == "running"


def test_a_late_heartbeat_learns_that_the_lease_is_lost(lost: Claim) -> None:
    before = Evaluation.objects.get()
    assert services.heartbeat_evaluation(claim=lost, progress=0.5) == "lost"
    after = Evaluation.objects.get()
    assert (after.progress, after.heartbeat_at) == (0, before.heartbeat_at)


def test_letting_go_of_a_lost_lease_changes_nothing(lost: Claim) -> None:
    services.release_evaluation(claim=lost)
    assert Evaluation.objects.get().worker == "second"


def test_a_heartbeat_stores_progress_and_the_live_curve() -> None:
    claim = claim_next(started())
    assert (
        services.heartbeat_evaluation(claim=claim, progress=0.25, live_curve=[{"step": 5, "loss": 2.0}])
        == "go"
    )
    row = Evaluation.objects.get(pk=claim.evaluation_id)
    assert (row.progress, row.live_curve) == (0.25, [{"step": 5, "loss": 2.0}])


def test_an_ended_evaluation_has_no_lease_left_to_use() -> None:
    experiment = started(small_config(in_flight=1))
    claim = claim_next(experiment)
    finish(claim, 0.75)
    with pytest.raises(services.LeaseLost):
        record(claim, 0.1, first=1)
    assert individual(experiment, 0).fitness == 0.75
