"""A machine that sleeps takes its workers' signs of life along: no attempt is lost by it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from search import services
from search.database import clock_jumps
from search.models import Evaluation
from tests.search.searching import claim_next, small_config, started

pytestmark = pytest.mark.django_db


class Clocks:
    """The database's, and one that stands still while the machine sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database, self.ours = 1000.0, 50.0
        monkeypatch.setattr(clock_jumps, "database_seconds", lambda: self.database)
        monkeypatch.setattr(clock_jumps, "own_seconds", lambda: self.ours)

    def passes(self, seconds: float) -> None:
        self.database += seconds
        self.ours += seconds

    def sleeps(self, seconds: float) -> None:
        self.database += seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Clocks]:
    settings.LEASE_SECONDS = 60
    clock_jumps.forget()
    with monkeypatch.context() as patch:
        yield Clocks(patch)
    clock_jumps.forget()


def test_after_a_sleep_nothing_is_taken_back_before_a_lease_has_passed(clocks: Clocks) -> None:
    claim = claim_next(started(small_config(in_flight=1)))
    services.sweep()
    clocks.sleeps(3600)
    Evaluation.objects.update(heartbeat_at=Now() - timedelta(hours=1))
    for _ in range(3):
        clocks.passes(15)
        services.sweep()
        assert Evaluation.objects.get().lease == claim.lease
    assert services.heartbeat_evaluation(claim=claim, progress=0.5) == "go"
    clocks.passes(15)
    services.sweep()
    row = Evaluation.objects.get()
    assert (row.lease, row.attempts) == (claim.lease, 1)


def test_a_worker_that_does_not_wake_up_is_found_after_that(clocks: Clocks) -> None:
    claim_next(started(small_config(in_flight=1)))
    services.sweep()
    clocks.sleeps(3600)
    Evaluation.objects.update(heartbeat_at=Now() - timedelta(hours=1))
    clocks.passes(15)
    services.sweep()
    assert Evaluation.objects.get().state == "running"
    clocks.passes(60)
    services.sweep()
    assert Evaluation.objects.get().state == "waiting"


def test_without_a_jump_silence_counts_at_once(clocks: Clocks) -> None:
    claim_next(started(small_config(in_flight=1)))
    services.sweep()
    clocks.passes(61)
    Evaluation.objects.update(heartbeat_at=Now() - timedelta(seconds=61))
    services.sweep()
    assert Evaluation.objects.get().state == "waiting"
