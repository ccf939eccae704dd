"""Rank correlations of whole columns, with bootstrap intervals. Must import neither Django nor torch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWS = 400
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Correlation:
    """Spearman's unless another is named, with its 95 % interval over networks drawn anew."""

    value: float
    low: float
    high: float


def ranks(values: Floats) -> Floats:
    """From 0, equal values sharing their mean rank.

    >>> ranks(np.array([3.0, 1.0, 3.0])).tolist()
    [1.5, 0.0, 1.5]
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1
    means: Floats = (last - (counts - 1) / 2)[places]
    return means


def spearman(one: Floats, other: Floats) -> float:
    """0 where one side is constant."""
    first, second = ranks(one), ranks(other)
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def correlation(
    one: Floats,
    other: Floats,
    *,
    seed: int = 0,
    statistic: Callable[[Floats, Floats], float] = spearman,
    draws: int = DRAWS,
) -> Correlation:
    """With an interval from bootstrap samples of the networks; those where `statistic` is not defined do not count."""
    rng = np.random.default_rng(seed)
    samples = rng.integers(len(one), size=(draws, len(one)))
    found = [statistic(one[chosen], other[chosen]) for chosen in samples]
    low, high = np.nanquantile(found, (0.025, 0.975))
    return Correlation(statistic(one, other), float(low), float(high))
