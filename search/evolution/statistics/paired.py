"""Paired comparison: the mean of differences within pairs, with its 95 % interval (Student's t).

Pure Python: must import neither Django nor torch.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.statistics.significance import LEVEL
from search.evolution.statistics.student import student, two_sided

FEWEST = 2


@dataclass(frozen=True)
class PairedDifference:
    """First less second, over so many pairs."""

    value: float
    low: float
    high: float
    chance: float
    """How often noise alone would make a difference at least as large (two-sided)."""
    pairs: int

    @property
    def beyond_noise(self) -> bool:
        return self.chance < LEVEL


def paired_difference(differences: Sequence[float], *, resolution: float = 0.0) -> PairedDifference | None:
    """Of the differences of all pairs; None of fewer than FEWEST. `resolution`: the smallest difference that the
    measure can show, one over the number of images; its rounding is part of the noise.

    >>> found = paired_difference([0.01, 0.02, 0.03])
    >>> round(found.value, 4), round(found.chance, 3), found.pairs
    (0.02, 0.074, 3)
    """
    count = len(differences)
    if count < FEWEST:
        return None
    mean = statistics.fmean(differences)
    # Two rounded values, each with a variance of resolution² / 12.
    error = math.sqrt((statistics.variance(differences) + resolution**2 / 6) / count)
    if not error:
        return PairedDifference(mean, mean, mean, 1.0 if mean == 0 else 0.0, count)
    margin = student(count - 1) * error
    return PairedDifference(mean, mean - margin, mean + margin, two_sided(mean / error, count - 1), count)
