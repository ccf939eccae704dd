"""Noise: Welch's test against tables, and what is never claimed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evolution.statistics.significance import Measured, Pooled, compare, pool
from search.evolution.statistics.student import two_sided


@pytest.mark.parametrize(
    "t, freedom, chance",
    [(12.706, 1, 0.05), (4.303, 2, 0.05), (2.776, 4, 0.05), (3.169, 10, 0.01), (1.96, 1e6, 0.05), (0, 3, 1)],
)
def test_the_chance_agrees_with_printed_tables(t: float, freedom: float, chance: float) -> None:
    assert two_sided(t, freedom) == pytest.approx(chance, rel=1e-3)


@given(st.floats(-40, 40), st.floats(1, 200))
def test_the_chance_is_a_fraction_and_falls_with_the_difference(t: float, freedom: float) -> None:
    assert 0 <= two_sided(t, freedom) <= 1
    assert two_sided(abs(t) + 0.5, freedom) <= two_sided(t, freedom) + 1e-12


def test_a_difference_is_judged_by_the_spreads_of_both() -> None:
    # Welch (1947) by hand: error = sqrt(0.01²/4 + 0.02²/4), 4.41 degrees of freedom.
    found = compare(Measured(0.80, 4, 0.01), Measured(0.85, 4, 0.02), resolution=1e-9)
    assert found is not None
    assert found.error == pytest.approx(math.sqrt(0.0005 / 4))
    assert found.freedom == pytest.approx(4.4118, rel=1e-3)
    assert found.beyond_noise
    near = compare(Measured(0.80, 4, 0.01), Measured(0.81, 4, 0.02), resolution=1e-9)
    assert near is not None
    assert not near.beyond_noise


def test_one_repeat_without_any_spread_proves_nothing() -> None:
    once, often = Measured(0.8, 1, None), Measured(0.9, 4, 0.01)
    assert compare(once, often, resolution=0.01) is None
    assert compare(once, often, resolution=0.01, pooled=Pooled(0.01, 20, 15)) is not None


def test_repeats_that_agree_by_accident_are_no_proof() -> None:
    found = compare(Measured(0.80, 2, 0.0), Measured(0.801, 2, 0.0), resolution=0.001)
    assert found is not None
    assert not found.beyond_noise


def test_the_pooled_spread_is_the_one_within_the_groups() -> None:
    groups = [[0.5, 0.6], [0.9, 0.92, 0.94], [0.3]]
    found = pool([(len(row), sum(row), sum(value * value for value in row)) for row in groups])
    assert found is not None
    assert (found.freedom, found.networks) == (3, 2)
    assert found.spread == pytest.approx(math.sqrt((0.005 + 0.0008) / 3))
    assert pool([(1, 0.5, 0.25)]) is None
