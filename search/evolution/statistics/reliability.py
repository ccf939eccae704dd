"""Intraclass correlation of fitness: the share of its variance that the network explains (Shrout & Fleiss 1979).

Pure Python: must import neither Django nor torch.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from search.evolution.statistics.student import incomplete_beta

TAIL = 0.025
"""Probability on each side of the 95 % interval."""


@dataclass(frozen=True)
class Reliability:
    """Of single trainings over networks that were each trained equally often."""

    correlation: float
    """ICC(1): variance between networks / all variance; 1: a training tells everything, 0 or less: nothing."""
    low: float
    high: float
    """Its 95 % interval, exact for normal values."""
    between: float
    """Standard deviation between networks, noise taken out: a fraction, as fitness is."""
    noise: float
    """Standard deviation of one network's trainings."""


def reliability(groups: Sequence[Sequence[float]]) -> Reliability:
    """One-way analysis of variance of groups of equal size, one a network.

    Raises ValueError for fewer than two networks or trainings, or where all values are the same.
    """
    networks, repeats = len(groups), len(groups[0]) if groups else 0
    if networks < 2 or repeats < 2 or any(len(group) != repeats for group in groups):
        raise ValueError("needs two networks or more, each trained equally often, twice or more")
    within = fmean(variance(group) for group in groups)
    between = repeats * variance([fmean(group) for group in groups])
    if between + within == 0:
        raise ValueError("all values are the same: there is nothing to correlate")
    upper, lower = networks - 1, networks * (repeats - 1)

    def correlation(ratio: float) -> float:
        return 1.0 if math.isinf(ratio) else (ratio - 1) / (ratio + repeats - 1)

    ratio = between / within if within else math.inf
    return Reliability(
        correlation(ratio),
        correlation(ratio / f_quantile(1 - TAIL, upper, lower)),
        correlation(ratio * f_quantile(1 - TAIL, lower, upper)),
        math.sqrt(max(0.0, between - within) / repeats),
        math.sqrt(within),
    )


def f_quantile(share: float, upper: int, lower: int) -> float:
    """What a ratio of variances with these degrees of freedom stays below with that probability.

    >>> round(f_quantile(0.95, 5, 10), 3)
    3.326
    """
    # The ratio as a share u = d1 F / (d1 F + d2), which is beta-distributed: halve where it must lie.
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if incomplete_beta(upper / 2, lower / 2, middle) < share:
            low = middle
        else:
            high = middle
    return lower * low / (upper * (1 - low))
