"""Welch's test for the difference of two measured fitness values (Welch 1947).

A fitness is a mean over repeats. Its standard error is spread / sqrt(repeats), with the spread (the sample standard
deviation) of the network's own repeats, or one pooled over other networks that were trained more than once.

Pure Python: must import neither Django nor torch.
"""

import math
from dataclasses import dataclass

from search.evolution.statistics.student import two_sided, welch_freedom

LEVEL = 0.05
"""A difference that noise alone would make less often than this is called one beyond noise."""


@dataclass(frozen=True)
class Measured:
    """One network's fitness."""

    mean: float
    repeats: int
    spread: float | None
    """Sample standard deviation over the repeats; None for a single one."""


@dataclass(frozen=True)
class Pooled:
    """A spread estimated over several networks."""

    spread: float
    freedom: int
    """Trainings minus networks: how much the estimate rests on."""
    networks: int


@dataclass(frozen=True)
class Comparison:
    """The difference of two fitnesses, second minus first."""

    difference: float
    error: float
    """Its standard error."""
    freedom: float
    """Degrees of freedom."""
    chance: float
    """How often noise alone would make a difference at least as large, 0..1 (two-sided)."""

    @property
    def beyond_noise(self) -> bool:
        return self.chance < LEVEL


def compare(
    first: Measured, second: Measured, *, resolution: float, pooled: Pooled | None = None
) -> Comparison | None:
    """Welch's test; None when the noise of either is unknown.

    `resolution` is the smallest difference that the accuracy can show, one over the number of images. Rounding to
    it has a variance of resolution² / 12: without it, repeats that agree by accident would prove anything.
    A network with a single repeat takes its spread from `pooled`.
    """
    parts = [_variance_of_mean(side, resolution, pooled) for side in (first, second)]
    if parts[0] is None or parts[1] is None:
        return None
    (left, left_freedom), (right, right_freedom) = parts[0], parts[1]
    variance = left + right
    difference = second.mean - first.mean
    freedom = welch_freedom(left, left_freedom, right, right_freedom)
    if pooled is not None and first.spread is None and second.spread is None:
        freedom = float(pooled.freedom)  # one estimate for both sides, not two
    error = math.sqrt(variance)
    return Comparison(difference, error, freedom, two_sided(difference / error, freedom))


def pool(groups: list[tuple[int, float, float]]) -> Pooled | None:
    """The spread within groups of trainings of one network each, given as (count, sum, sum of squares)."""
    groups = [group for group in groups if group[0] > 1]
    freedom = sum(count - 1 for count, _, _ in groups)
    if not freedom:
        return None
    squares = sum(max(0.0, square - total**2 / count) for count, total, square in groups)
    return Pooled(math.sqrt(squares / freedom), freedom, len(groups))


def _variance_of_mean(side: Measured, resolution: float, pooled: Pooled | None) -> tuple[float, float] | None:
    """Squared standard error and its degrees of freedom."""
    rounding = resolution**2 / 12
    if side.repeats > 1 and side.spread is not None:
        return (side.spread**2 + rounding) / side.repeats, side.repeats - 1
    if pooled is not None:
        return (pooled.spread**2 + rounding) / side.repeats, pooled.freedom
    return None
