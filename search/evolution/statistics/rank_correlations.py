"""Rank correlations of many features with one target, each with its interval.

Pure Python: must import neither Django nor torch.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul

from search.evolution.statistics.ranks import ranks

FEWEST = 5
"""Pairs below which nothing is said: the interval would reach from one end to the other."""
NORMAL_95 = 1.959964


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rho of so many pairs, with its 95 % interval."""

    rho: float
    low: float
    high: float
    pairs: int

    @property
    def is_sure(self) -> bool:
        """Zero lies outside the interval."""
        return self.low > 0 or self.high < 0

    @property
    def floor(self) -> float:
        """How strong it is at least: the end of the interval that is nearer to zero, 0 where zero lies inside."""
        return max(self.low, -self.high, 0.0)


def rank_correlations(
    target: Sequence[float], features: Mapping[str, Sequence[float]]
) -> dict[str, RankCorrelation]:
    """Of each feature that is not the same everywhere with the target; empty for fewer than FEWEST pairs.

    Intervals by Fisher's transform with the standard error of Bonett and Wright (2000, Psychometrika 65, equation 7),
    sqrt((1 + rho^2 / 2) / (n - 3)): resampling thousands of networks for each feature would take seconds.

    >>> found = rank_correlations([1, 2, 3, 4, 5, 6], {"a": [1, 2, 3, 4, 6, 5], "b": [7] * 6})
    >>> list(found), round(found["a"].rho, 3), found["a"].pairs
    (['a'], 0.943, 6)
    """
    count = len(target)
    if count < FEWEST:
        return {}
    first, first_spread = _centred(target)
    found = {}
    for name, values in features.items():
        second, spread = _centred(values)
        if first_spread and spread:
            rho = sum(map(mul, first, second)) / math.sqrt(first_spread * spread)
            found[name] = _with_interval(max(-1.0, min(1.0, rho)), count)
    return found


def _centred(values: Sequence[float]) -> tuple[list[float], float]:
    """Ranks less their mean, and the sum of their squares."""
    middle = (len(values) + 1) / 2
    places = [rank - middle for rank in ranks(values)]
    return places, sum(map(mul, places, places))


def _with_interval(rho: float, pairs: int) -> RankCorrelation:
    if abs(rho) == 1.0:  # the transform has no value there
        return RankCorrelation(rho, rho, rho, pairs)
    middle = math.atanh(rho)
    margin = NORMAL_95 * math.sqrt((1 + rho * rho / 2) / (pairs - 3))
    return RankCorrelation(rho, math.tanh(middle - margin), math.tanh(middle + margin), pairs)
