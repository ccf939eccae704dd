"""Means, differences and confidence intervals from counts, sums and sums of squares.

Pure Python: must import neither Django nor torch.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.statistics.student import student, welch_freedom


def sample_deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation; None below two values."""
    return statistics.stdev(values) if len(values) > 1 else None


@dataclass(frozen=True)
class Sample:
    """Independent values of one quantity, such as the fitnesses of some networks."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    """Sum of the values' squares."""

    @classmethod
    def of(cls, *values: float) -> "Sample":
        return cls(len(values), math.fsum(values), math.fsum(value * value for value in values))

    def __add__(self, other: "Sample") -> "Sample":
        return Sample(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def __sub__(self, part: "Sample") -> "Sample":
        """The values that are left when those of a part are taken away."""
        return Sample(self.count - part.count, self.total - part.total, self.squares - part.squares)

    @property
    def mean(self) -> float | None:
        return self.total / self.count if self.count > 0 else None

    @property
    def variance(self) -> float | None:
        """Of the distribution they are drawn from, estimated; None below two values."""
        if self.count < 2:
            return None
        return max(0.0, self.squares - self.total**2 / self.count) / (self.count - 1)


EMPTY = Sample()


@dataclass(frozen=True)
class Estimate:
    """A mean or a difference of means, with its 95 % confidence interval."""

    value: float
    standard_error: float | None
    """None, as the margin is, where there are too few values to know it."""
    margin: float | None
    """Half the interval's width."""

    @property
    def low(self) -> float:
        return self.value - (self.margin or 0.0)

    @property
    def high(self) -> float:
        return self.value + (self.margin or 0.0)

    @property
    def is_sure(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.margin is not None and (self.low > 0 or self.high < 0)


def mean_of(sample: Sample) -> Estimate | None:
    """The mean with Student's interval; None of no values.

    >>> round(mean_of(Sample.of(0.25, 0.75)).margin, 3)
    3.177
    """
    if sample.mean is None:
        return None
    if sample.variance is None:
        return Estimate(sample.mean, None, None)
    error = math.sqrt(sample.variance / sample.count)
    return Estimate(sample.mean, error, student(sample.count - 1) * error)


def difference(one: Sample, other: Sample) -> Estimate | None:
    """Mean of `one` less that of `other`, with Welch's interval: the two may vary differently. Where one
    has fewer values, its degrees of freedom count alone (`welch_freedom`).

    None when either is empty; without an interval when either has a single value.
    """
    if one.mean is None or other.mean is None:
        return None
    value = one.mean - other.mean
    if one.variance is None or other.variance is None:
        return Estimate(value, None, None)
    first, second = one.variance / one.count, other.variance / other.count
    error = math.sqrt(first + second)
    if not error:
        return Estimate(value, 0.0, 0.0)
    freedom = welch_freedom(first, one.count - 1, second, other.count - 1)
    return Estimate(value, error, student(freedom) * error)
