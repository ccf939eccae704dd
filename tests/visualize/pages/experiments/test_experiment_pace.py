"""Time left, said no more precisely than it is known."""

from datetime import UTC, datetime, timedelta

from visualize.pages.experiments.pace import Pace, measure_pace

START = datetime(2026, 1, 1, tzinfo=UTC)


def finishes(*gaps: float) -> list[datetime]:
    moments, now = [START], START
    for gap in gaps:
        now += timedelta(seconds=gap)
        moments.append(now)
    return moments


def test_nothing_is_said_before_four_individuals() -> None:
    assert measure_pace(finishes(4, 4), START) == Pace(None)
    assert measure_pace(finishes(4, 4, 4), START) == Pace(4.0)
    assert Pace(None).seconds_left(10) is None
    assert measure_pace([], START) == Pace(None)


def test_a_steady_search_takes_what_it_took() -> None:
    moments = finishes(*[4] * 40)
    pace = measure_pace(moments, moments[-1])
    assert pace.seconds_each is not None
    assert abs(pace.seconds_each - 4) < 1e-9
    assert pace.seconds_left(100) == 400
    assert pace.per_minute == "15.0"


def test_the_latest_count_most() -> None:
    moments = finishes(*[10] * 100, *[2] * 50)
    pace = measure_pace(moments, moments[-1])
    assert pace.seconds_each is not None
    assert 4 < pace.seconds_each < 7


def test_a_pause_of_a_day_does_not_spoil_the_estimate() -> None:
    moments = finishes(*[4] * 60, 86_400, *[4] * 20)
    pace = measure_pace(moments, moments[-1])
    assert pace.seconds_each is not None
    assert pace.seconds_each < 8


def test_silence_of_five_medians_is_called_stalled() -> None:
    moments = finishes(*[10] * 40)
    assert not measure_pace(moments, moments[-1] + timedelta(seconds=45)).stalled
    assert measure_pace(moments, moments[-1] + timedelta(seconds=55)).stalled


def test_networks_that_finish_at_once_because_they_were_known_stall_nothing() -> None:
    moments = finishes(*[0] * 40)
    assert not measure_pace(moments, moments[-1] + timedelta(seconds=10)).stalled
