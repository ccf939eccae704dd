"""The intraclass correlation against published and simulated values."""

import random

import pytest

from search.evolution.statistics.reliability import f_quantile, reliability

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
"""Six targets, four judges (Psychological Bulletin 86, table 2)."""


def test_the_published_example_gives_the_published_correlation() -> None:
    found = reliability(SHROUT_FLEISS)
    assert found.correlation == pytest.approx(0.17, abs=0.005)
    # The interval that the R package `irr` prints for the same table.
    assert found.low == pytest.approx(-0.133, abs=0.001)
    assert found.high == pytest.approx(0.723, abs=0.001)


@pytest.mark.parametrize(
    "share,upper,lower,value",
    [(0.95, 5, 10, 3.3258), (0.975, 23, 48, 1.95753), (0.975, 1, 1, 647.789), (0.5, 7, 7, 1.0)],
)
def test_quantiles_of_the_f_distribution_are_those_of_the_tables(
    share: float, upper: int, lower: int, value: float
) -> None:
    assert f_quantile(share, upper, lower) == pytest.approx(value, rel=1e-4)


def test_the_interval_holds_the_true_correlation_as_often_as_it_says() -> None:
    rng, held = random.Random(1), 0
    for _ in range(400):
        groups = []
        for _ in range(16):
            quality = rng.gauss(0.9, 0.03)
            groups.append([rng.gauss(quality, 0.02) for _ in range(3)])
        found = reliability(groups)
        held += found.low < 9 / 13 < found.high
    assert 0.92 <= held / 400 <= 0.98


def test_deviations_are_those_of_the_networks_and_of_the_noise() -> None:
    rng = random.Random(2)
    groups = []
    for _ in range(2000):
        quality = rng.gauss(0.9, 0.03)
        groups.append([rng.gauss(quality, 0.02) for _ in range(3)])
    found = reliability(groups)
    assert found.between == pytest.approx(0.03, rel=0.05)
    assert found.noise == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize("groups", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], [1.0]], [[1.0, 1.0]] * 2])
def test_what_cannot_be_judged_is_refused(groups: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"needs two networks|all values are the same"):
        reliability(groups)
