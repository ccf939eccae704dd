"""Whether two measured fitnesses differ by more than the noise of training (Welch 1947).

A fitness is a mean over repeats. Its standard error is spread / sqrt(repeats), with the spread (the sample standard
deviation) of the network's own repeats, or one pooled over other networks that were trained more than once.

Pure Python: must import neither Django nor torch.
"""

import math
from dataclasses import dataclass

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
    """Degrees of freedom, by the equation of Welch and Satterthwaite."""
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
    freedom = variance**2 / (left**2 / left_freedom + right**2 / right_freedom)
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


def two_sided(t: float, freedom: float) -> float:
    """P(|T| >= |t|) for Student's t with that many degrees of freedom.

    >>> round(two_sided(2.776, 4), 3)
    0.05
    """
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _variance_of_mean(side: Measured, resolution: float, pooled: Pooled | None) -> tuple[float, float] | None:
    """Squared standard error and its degrees of freedom."""
    rounding = resolution**2 / 12
    if side.repeats > 1 and side.spread is not None:
        return (side.spread**2 + rounding) / side.repeats, side.repeats - 1
    if pooled is not None:
        return (pooled.spread**2 + rounding) / side.repeats, pooled.freedom
    return None


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side only
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """Lentz's algorithm, modified so that no denominator vanishes."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(tiny, 1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / (1.0 + term * d or tiny)
            c = 1.0 + term / c or tiny
            value *= d * c
        if abs(d * c - 1.0) < 1e-14:
            break
    return value
