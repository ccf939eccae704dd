import pytest

from search import services
from search.models import Evaluation, Experiment
from search.services.evaluations.interventions import CANCELLED_BY_HAND
from tests.search.searching import claim_next, finish, individual, record, small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed() -> Experiment:
    """A finished search of one individual, whose evaluation failed after one of two repeats."""
    experiment = started(small_config(individuals=1, protocol={"repeats": 2}))
    claim = claim_next(experiment)
    record(claim, 0.5)
    services.fail_evaluation(claim=claim, code="out_of_memory", reason="too wide")
    experiment.refresh_from_db()
    return experiment


def test_a_failed_evaluation_can_be_tried_again_and_its_search_goes_on(failed: Experiment) -> None:
    row = individual(failed, 0).evaluation
    assert services.retry_evaluation(evaluation_id=row.pk) == [failed.pk]
    failed.refresh_from_db()
    assert (failed.state, failed.failed, individual(failed, 0).state) == ("running", 0, "waiting")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason, row.records.count()) == ("waiting", 0, "", 1)
    work_off(failed)
    assert (failed.state, failed.evaluated, failed.failed) == ("finished", 1, 0)


def test_an_evaluation_that_did_not_fail_is_not_tried_again() -> None:
    claim = claim_next(started())
    with pytest.raises(
        services.Conflict, match="is running; only failed or cancelled ones can be tried again"
    ):
        services.retry_evaluation(evaluation_id=claim.evaluation_id)


def test_an_evaluation_of_stopped_experiments_only_is_not_tried_again(failed: Experiment) -> None:
    Experiment.objects.update(state="stopped")
    with pytest.raises(services.Conflict, match="No running or paused experiment needs evaluation"):
        services.retry_evaluation(evaluation_id=individual(failed, 0).evaluation_id)


def test_a_waiting_evaluation_that_is_cancelled_by_hand_ends_its_individuals() -> None:
    experiment = started(small_config(individuals=3, in_flight=1))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    assert services.cancel_evaluation(evaluation_id=evaluation_id) == [experiment.pk]
    row = individual(experiment, 0)
    assert (row.state, row.reason, row.evaluation.state) == ("cancelled", CANCELLED_BY_HAND, "cancelled")
    assert work_off(experiment).state == "finished"
    assert experiment.evaluated == 2


def test_a_running_evaluation_that_is_cancelled_by_hand_ends_at_its_next_heartbeat() -> None:
    experiment = started(small_config(individuals=3, in_flight=1))
    claim = claim_next(experiment)
    services.cancel_evaluation(evaluation_id=claim.evaluation_id)
    assert individual(experiment, 0).state == "cancelled"
    assert services.heartbeat_evaluation(claim=claim, progress=0.5) == "cancel"
    services.release_evaluation(claim=claim)
    assert Evaluation.objects.get().state == "cancelled"


def test_an_ended_evaluation_cannot_be_cancelled() -> None:
    claim = claim_next(started())
    finish(claim)
    with pytest.raises(services.Conflict, match="is done; only waiting or running ones can be cancelled"):
        services.cancel_evaluation(evaluation_id=claim.evaluation_id)
