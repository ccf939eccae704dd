"""Numbers as people read them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from visualize.style import formats


def plain(text: str) -> str:
    return text.replace(formats.NO_BREAK, " ")


@pytest.mark.parametrize(
    "number,text",
    [
        (0, "0"),
        (950, "950"),
        (1234, "1.23 k"),
        (999_499, "999 k"),
        (999_999, "1.00 M"),
        (2_310_000, "2.31 M"),
        (392_000_000, "392 M"),
        (12_345_000_000, "12.3 G"),
        (-1500, "−1.50 k"),
    ],
)
def test_magnitudes_have_three_significant_digits(number: int, text: str) -> None:
    assert plain(formats.magnitude(number)) == text


@pytest.mark.parametrize(
    "seconds,text",
    [
        (0.24, "0.2 s"),
        (4, "4 s"),
        (59.7, "1 min"),
        (75, "1 min 15 s"),
        (3600, "1 h"),
        (13_020, "3 h 37 min"),
        (100_000, "1 d 4 h"),
        (86_399, "1 d"),
    ],
)
def test_durations_name_their_two_largest_units(seconds: float, text: str) -> None:
    assert plain(formats.duration(seconds)) == text


@pytest.mark.parametrize(
    "seconds,text", [(3, "10 s"), (44, "40 s"), (118, "2 min"), (1000, "17 min"), (40_000, "11 h")]
)
def test_estimates_claim_no_more_than_they_know(seconds: float, text: str) -> None:
    assert plain(formats.rough_duration(seconds)) == text


def test_fractions_are_shown_per_cent_and_differences_signed_with_the_real_minus() -> None:
    assert plain(formats.per_cent(0.93741)) == "93.74 %"
    assert formats.points(0.0014) == "+0.14"
    assert formats.points(-0.0213) == "−2.13"
    assert formats.points(-0.00001) == "0.00"
    assert plain(formats.short_per_cent(0.05)) == "5 %"


def test_what_does_not_exist_is_a_dash() -> None:
    for show in (
        formats.per_cent,
        formats.points,
        formats.count,
        formats.magnitude,
        formats.duration,
        formats.age,
    ):
        assert show(None) == formats.DASH


@pytest.mark.parametrize(
    "seconds,text",
    [(3, "just now"), (90, "90 s ago"), (600, "10 min ago"), (7300, "2 h ago"), (90_000, "yesterday")],
)
def test_ages_have_one_unit(seconds: int, text: str) -> None:
    assert plain(formats.age(timezone.now() - timedelta(seconds=seconds))) == text
