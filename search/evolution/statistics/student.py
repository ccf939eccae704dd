"""Student's t distribution: two-sided probability and the quantile of 95 % intervals.

Pure Python: must import neither Django nor torch.
"""

import math
from functools import lru_cache

WIDE = 13.0
"""Above the quantile for one degree of freedom, the widest."""


def two_sided(t: float, freedom: float) -> float:
    """P(|T| >= |t|) for Student's t with that many degrees of freedom.

    >>> round(two_sided(2.776, 4), 3)
    0.05
    """
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def student(freedom: float) -> float:
    """The 97.5 % quantile of Student's t; degrees of freedom are rounded down, which widens intervals.

    >>> [round(student(n), 2) for n in (1, 4, 5, 10, 30, 1000)]
    [12.71, 2.78, 2.57, 2.23, 2.04, 1.96]
    """
    return _quantile(max(1, math.floor(freedom + 1e-6)))  # two that were worked out as 1.9999999 are two


def welch_freedom(left: float, left_freedom: float, right: float, right_freedom: float) -> float:
    """Degrees of freedom of the sum of two estimated variances.

    By Welch and Satterthwaite where both rest on equally much. Where they do not, their equation promises too much of
    a few values (2 against 8: 7 % instead of 5 %, 2 against 60: 11 %), and the smaller of both is what is safe.
    """
    if left_freedom != right_freedom:
        return float(min(left_freedom, right_freedom))
    return (left + right) ** 2 / (left**2 / left_freedom + right**2 / right_freedom)


@lru_cache(maxsize=4096)
def _quantile(freedom: int) -> float:
    low, high = 0.0, WIDE
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, freedom) > 0.05 else (low, middle)
    return (low + high) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side only
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
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
