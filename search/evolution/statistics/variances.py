"""Tests of spread: do two groups of values vary equally much (Brown and Forsythe 1974)?

Pure Python: must import neither Django nor torch.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.statistics.significance import LEVEL
from search.evolution.statistics.student import incomplete_beta

FEWEST = 3
"""Values of a group below which its spread says nothing."""


@dataclass(frozen=True)
class SpreadComparison:
    """The standard deviations of two groups, and how likely chance alone makes them differ so much."""

    first: float
    second: float
    statistic: float
    """F with 1 and n - 2 degrees of freedom."""
    chance: float

    @property
    def beyond_noise(self) -> bool:
        return self.chance < LEVEL


def brown_forsythe(first: Sequence[float], second: Sequence[float]) -> SpreadComparison | None:
    """Analysis of variance of the absolute distances from each group's median: Levene's test, made robust.

    None where a group has fewer than FEWEST values, or no value of either lies away from its median.

    >>> found = brown_forsythe([1, 2, 3, 4, 5], [10, 20, 30, 40, 50])
    >>> round(found.statistic, 3), round(found.chance, 3)
    (8.249, 0.021)
    """
    groups = (first, second)
    if min(map(len, groups)) < FEWEST:
        return None
    distances = [_distances(group) for group in groups]
    means = [statistics.fmean(row) for row in distances]
    grand = statistics.fmean([*distances[0], *distances[1]])
    between = sum(len(row) * (mean - grand) ** 2 for row, mean in zip(distances, means, strict=True))
    within = sum((value - mean) ** 2 for row, mean in zip(distances, means, strict=True) for value in row)
    freedom = len(first) + len(second) - 2
    deviations = [statistics.stdev(group) for group in groups]
    if not within:  # all distances of a group are equal
        if not between:
            return None
        return SpreadComparison(deviations[0], deviations[1], float("inf"), 0.0)
    statistic = between / (within / freedom)
    return SpreadComparison(deviations[0], deviations[1], statistic, f_chance(statistic, 1, freedom))


def f_chance(statistic: float, above: float, below: float) -> float:
    """P(F >= statistic) of the F distribution with `above` and `below` degrees of freedom.

    >>> round(f_chance(4.9646, 1, 10), 4)
    0.05
    """
    return incomplete_beta(below / 2, above / 2, below / (below + above * statistic))


def _distances(values: Sequence[float]) -> list[float]:
    middle = statistics.median(values)
    return [abs(value - middle) for value in values]
