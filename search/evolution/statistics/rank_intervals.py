"""Rank correlation with its interval, by resampling. Pure Python: must import neither Django nor torch."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.statistics.ranks import kendall

RESAMPLES = 500


@dataclass(frozen=True)
class Correlation:
    """Kendall's tau-b of so many pairs, with its 95 % percentile interval."""

    tau: float
    low: float
    high: float
    pairs: int


def kendall_interval(one: Sequence[float], other: Sequence[float], rng: random.Random) -> Correlation:
    """The interval is that of resampled pairs (bootstrap).

    >>> found = kendall_interval([1, 2, 3, 4, 5], [2, 4, 6, 8, 10], random.Random(0))
    >>> found.tau, found.high, found.pairs
    (1.0, 1.0, 5)
    """
    drawn = []
    for _ in range(RESAMPLES):
        places = [rng.randrange(len(one)) for _ in one]
        drawn.append(kendall([one[place] for place in places], [other[place] for place in places]))
    drawn.sort()
    return Correlation(
        kendall(one, other), drawn[int(0.025 * RESAMPLES)], drawn[int(0.975 * RESAMPLES) - 1], len(one)
    )
