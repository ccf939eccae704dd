"""The delta of the curves: everything once, then only what is new; and waiting for what comes."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from search import services
from search.api import shared_polling
from search.api.routes import curves
from search.models import Experiment
from tests.api.conftest import Api
from tests.search.searching import claim_next, finish, small_config, started

pytestmark = pytest.mark.django_db


def test_without_a_cursor_everything_comes(api: Api, search: Experiment) -> None:
    delta = api.get(f"/experiments/{search.pk}/curves")
    assert (delta["state"], delta["open"], delta["more"]) == ("finished", False, False)
    assert sorted(point[0] for point in delta["points"]) == list(range(12))
    assert [point[3] for point in delta["points"][:11]] == list(range(11))
    assert delta["points"][-1] == [0, None, delta["points"][-1][2], None, "failed"]
    best = [value for _, value in delta["best"]]
    assert best == sorted(set(best))
    assert search.best is not None
    assert delta["best"][-1] == [search.best.step, search.best.fitness]


def test_a_cursor_brings_only_what_is_new(api: Api) -> None:
    experiment = started(small_config(individuals=5, in_flight=1))
    address = f"/experiments/{experiment.pk}/curves"
    cursor, seen = "", []
    for accuracy in (0.5, 0.4, 0.6):
        finish(claim_next(experiment), accuracy)
        delta = api.get(address, after=cursor)
        cursor = delta["cursor"]
        seen.append(([point[:2] for point in delta["points"]], delta["best"]))
    assert seen == [
        ([[0, 0.5]], [[0, 0.5]]),
        ([[1, 0.4]], []),
        ([[2, 0.6]], [[2, 0.6]]),
    ]
    again = api.get(address, after=cursor)
    assert (again["points"], again["cursor"], again["open"]) == ([], cursor, True)


def test_a_failure_is_seen_by_who_has_all_the_rest(api: Api) -> None:
    experiment = started(small_config(individuals=5, in_flight=1))
    address = f"/experiments/{experiment.pk}/curves"
    cursor = api.get(address)["cursor"]
    services.fail_evaluation(claim=claim_next(experiment), code="error", reason="broken")
    delta = api.get(address, after=cursor)
    assert [point[4] for point in delta["points"]] == ["failed"]
    assert api.get(address, after=delta["cursor"])["points"] == []


def test_a_long_curve_comes_in_pieces(api: Api, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/curves"
    completions: list[Any] = []
    best: list[Any] = []
    cursor, more = "", True
    while more:
        delta = api.get(address, after=cursor, limit=4)
        completions += [point[3] for point in delta["points"] if point[3] is not None]
        best += delta["best"]
        cursor, more = delta["cursor"], delta["more"]
    assert completions == list(range(11))
    assert best == api.get(address)["best"]


@pytest.mark.parametrize("after", ["x", "1", "1.2.3.4.5", "-1.0", "1.", ".", "9999999999999999.1"])
def test_what_is_no_cursor_is_refused(api: Api, search: Experiment, after: str) -> None:
    refused = api.get(f"/experiments/{search.pk}/curves", after=after)
    assert refused.status == 422
    assert refused.fields == ["after"]


def test_a_cursor_from_beyond_brings_nothing(api: Api, search: Experiment) -> None:
    assert api.get(f"/experiments/{search.pk}/curves", after="999999999.1.0")["points"] == []


class Clock:
    """Time that passes in sleep alone."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(curves, "time", clock)
    return clock


def test_waiting_for_what_has_ended_is_over_at_once(api: Api, search: Experiment, clock: Clock) -> None:
    answer = api.get(f"/experiments/{search.pk}/wait", seconds=20)
    assert clock.now == 0
    assert answer["ended"] is True
    assert answer["experiment"]["id"] == search.pk


def test_a_wait_ends_after_its_seconds(api: Api, clock: Clock) -> None:
    answer = api.get(f"/experiments/{started().pk}/wait", seconds=20)
    assert clock.now == 20
    assert answer["ended"] is False


def test_a_wait_sees_the_end_and_the_change(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = started(small_config(individuals=5, in_flight=1))
    happens: Iterator[Callable[[], object]] = iter(
        [
            lambda: finish(claim_next(experiment)),
            lambda: services.stop_experiment(experiment_id=experiment.pk),
        ]
    )
    monkeypatch.setattr(shared_polling, "POLL_SECONDS", 0)
    monkeypatch.setattr(time, "sleep", lambda seconds: next(happens)())
    changed = api.get(f"/experiments/{experiment.pk}/wait", seconds=20, until="changed")
    assert (changed["ended"], changed["experiment"]["evaluated"]) == (False, 1)
    ended = api.get(f"/experiments/{experiment.pk}/wait", seconds=20)
    assert (ended["ended"], ended["experiment"]["state"]) == (True, "stopped")


def test_all_who_wait_share_one_look(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first, second = started(), started()
    looks = shared_polling.SharedPoller()
    with looks.waiting_for(first.pk), looks.waiting_for(second.pk), django_assert_num_queries(1):
        for _ in range(10):
            assert looks.latest(first.pk) == ("running", 0, 0, 0)
            assert looks.latest(second.pk) == ("running", 0, 0, 0)
    services.stop_experiment(experiment_id=first.pk)
    time.sleep(shared_polling.POLL_SECONDS)
    with looks.waiting_for(first.pk):
        assert looks.latest(first.pk) == ("stopped", 0, 0, 0)
    assert looks.latest(4711) is None


def test_only_so_many_may_wait_at_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "waiters", threading.BoundedSemaphore(1))
    with curves.place_to_wait():
        refused = api.get(f"/experiments/{started().pk}/wait", seconds=5)
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "2"


@pytest.mark.parametrize("seconds", ["-1", "26", "1.5", "long"])
def test_a_wait_is_bounded(api: Api, search: Experiment, seconds: str) -> None:
    assert api.get(f"/experiments/{search.pk}/wait", seconds=seconds).status == 422
