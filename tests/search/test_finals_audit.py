"""Final evaluations are in the audit: each rule is broken once, and found; and a consistent database passes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from search import services
from search.models import Experiment, FinalEvaluation, FinalRun, WorkState
from search.selectors.consistency_audit import violations
from search.selectors.finals import best_individuals
from search.services.finals.attempts import claim_final
from search.services.finals.of_searches import ask_for_finals
from tests.search.final_scores import made_up_final
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def search() -> Experiment:
    """A finished search whose best network was scored on the test set twice."""
    search = work_off(started(small_config(individuals=4)))
    made_up_final(search)
    return search


def a_run_vanishes() -> None:
    FinalRun.objects.filter(run=1).delete()


def a_run_is_from_another_seed() -> None:
    FinalRun.objects.filter(run=0).update(seed=F("seed") - 1)


def a_score_is_not_that_of_its_confusion() -> None:
    FinalRun.objects.filter(run=0).update(accuracy=0.5)


def images_are_missing() -> None:
    FinalEvaluation.objects.update(test_images=31)


def it_ends_before_it_begins() -> None:
    FinalEvaluation.objects.update(finished_at=F("created_at") - timedelta(hours=1))


def it_fails_without_a_reason() -> None:
    FinalEvaluation.objects.update(state=WorkState.FAILED)


def it_was_sent_long_ago() -> None:
    ago = Now() - timedelta(days=1)
    FinalEvaluation.objects.update(state=WorkState.WAITING, sent_at=ago, finished_at=None)


BREAKS: dict[Callable[[], None], str] = {
    a_run_vanishes: "repeats",
    a_run_is_from_another_seed: "repeats",
    a_score_is_not_that_of_its_confusion: "repeats",
    images_are_missing: "repeats",
    it_ends_before_it_begins: "times",
    it_fails_without_a_reason: "explained",
    it_was_sent_long_ago: "explained",
}


def test_a_consistent_database_passes(search: Experiment) -> None:
    assert violations() == []


@pytest.mark.parametrize("change", BREAKS, ids=lambda change: change.__name__)
def test_what_is_broken_is_found(search: Experiment, change: Callable[[], None]) -> None:
    change()
    found = violations()
    assert {row.rule for row in found} == {BREAKS[change]}
    assert all(row.where.startswith("final evaluation ") for row in found)


def test_a_worker_that_stops_gives_its_final_evaluations_back(search: Experiment) -> None:
    [row] = ask_for_finals(best_individuals(search, 1), preset="search")
    claim = claim_final(final_id=row.pk, worker="mine")
    assert claim is not None
    services.release_worker(worker="another")
    assert FinalEvaluation.objects.get(pk=row.pk).state == WorkState.RUNNING
    services.release_worker(worker="mine")
    row.refresh_from_db()
    assert (row.state, row.attempts) == (WorkState.WAITING, 0)


def test_a_silent_worker_is_told(search: Experiment) -> None:
    [row] = ask_for_finals(best_individuals(search, 1), preset="search")
    assert claim_final(final_id=row.pk, worker="gone") is not None
    FinalEvaluation.objects.filter(pk=row.pk).update(heartbeat_at=Now() - timedelta(days=1))
    [found] = violations()
    assert found.what.startswith("gone is silent since")
