"""Intervals of motifs' differences hold their level: of equal networks they miss nothing more often than in 5 %."""

import random

import pytest

from search.evolution.statistics.samples import Sample, difference

TRIALS = 2_000


@pytest.mark.parametrize("spread", [1.0, 0.3, 3.0], ids=lambda spread: f"spread {spread}")
@pytest.mark.parametrize("carriers, rest", [(2, 2), (2, 10), (2, 60), (3, 60), (10, 60), (30, 60)])
def test_equal_means_are_called_different_no_oftener_than_the_level_says(
    carriers: int, rest: int, spread: float
) -> None:
    rng = random.Random(f"{carriers} {rest} {spread}")
    sure = 0
    for _ in range(TRIALS):
        first = Sample.of(*[rng.gauss(0, spread) for _ in range(carriers)])
        second = Sample.of(*[rng.gauss(0, 1) for _ in range(rest)])
        found = difference(first, second)
        assert found is not None
        sure += found.is_sure
    assert sure / TRIALS <= 0.05 + 3 * (0.05 * 0.95 / TRIALS) ** 0.5
