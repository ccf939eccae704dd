"""Means, differences and their intervals, against values worked out elsewhere."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evolution.statistics.samples import EMPTY, Estimate, Sample, difference, mean_of
from search.evolution.statistics.student import student

fitness = st.lists(st.floats(0, 1), min_size=2, max_size=30)


@given(fitness)
def test_mean_and_variance_are_those_of_the_values(values: list[float]) -> None:
    sample = Sample.of(*values)
    assert sample.mean == pytest.approx(statistics.fmean(values), abs=1e-12)
    assert sample.variance == pytest.approx(statistics.variance(values), abs=1e-9)


@given(fitness, fitness)
def test_a_part_taken_away_leaves_the_rest(one: list[float], other: list[float]) -> None:
    rest = Sample.of(*one, *other) - Sample.of(*one)
    assert rest.count == len(other)
    assert rest.mean == pytest.approx(statistics.fmean(other), abs=1e-9)
    assert rest.variance == pytest.approx(statistics.variance(other), abs=1e-6)


@pytest.mark.parametrize(
    "freedom, quantile",
    [
        (1, 12.7062),
        (2, 4.3027),
        (3, 3.1824),
        (4, 2.7764),
        (5, 2.5706),
        (8, 2.3060),
        (29, 2.0452),
        (1000, 1.9623),
    ],
)
def test_quantiles_of_student_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert student(freedom) == pytest.approx(quantile, abs=5e-4)
    assert student(freedom + 0.9) == student(freedom)  # rounded down: never too narrow


def test_welch_gives_the_textbook_interval() -> None:
    """n = 4, 5; means 0.8, 0.7; variances 0.0004/3 and 0.001/4 by hand: error sqrt(0.0000833…). Degrees of freedom are
    the smaller sample's 3 instead of Welch's 6.9…: that keeps the level with few values (test_interval_level.py)."""
    one, other = Sample.of(0.79, 0.81, 0.79, 0.81), Sample.of(0.68, 0.69, 0.70, 0.71, 0.72)
    found = difference(one, other)
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert found.standard_error == pytest.approx((0.0004 / 3 / 4 + 0.001 / 4 / 5) ** 0.5)
    assert found.margin == pytest.approx(student(3) * (found.standard_error or 0))
    assert found.is_sure


def test_a_single_value_has_a_mean_and_no_interval() -> None:
    assert mean_of(Sample.of(0.5)) == Estimate(0.5, None, None)
    found = difference(Sample.of(0.9), Sample.of(0.5, 0.6))
    assert found is not None
    assert found.value == pytest.approx(0.35)
    assert (found.margin, found.is_sure) == (None, False)


def test_of_nothing_nothing_is_said() -> None:
    assert mean_of(EMPTY) is None
    assert difference(EMPTY, Sample.of(0.1, 0.2)) is None
    assert difference(Sample.of(0.1, 0.2), EMPTY) is None


def test_values_that_all_agree_have_an_interval_of_no_width() -> None:
    found = difference(Sample.of(0.5, 0.5), Sample.of(0.25, 0.25))
    assert found == Estimate(0.25, 0.0, 0.0)
    assert found.is_sure
