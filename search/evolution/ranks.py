"""Rank correlations. Pure Python: must import neither Django nor torch."""

import math
from collections.abc import Sequence


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's correlation of the ranks, equal values sharing their mean rank; 0 when one side is constant.

    >>> spearman([1, 2, 3], [10, 20, 40]), spearman([1, 2, 3], [3, 2, 1]), spearman([1, 1], [1, 2])
    (1.0, -1.0, 0.0)
    """
    first, second = _ranks(one), _ranks(other)
    middle = (len(first) - 1) / 2
    both = sum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    spread = sum((a - middle) ** 2 for a in first) * sum((b - middle) ** 2 for b in second)
    return both / math.sqrt(spread) if spread else 0.0


def kendall(one: Sequence[float], other: Sequence[float]) -> float:
    """Kendall's tau-b: pairs in the same order minus pairs in opposite order, ties corrected for.

    >>> kendall([1, 2, 3], [1, 3, 2])
    0.3333333333333333
    """
    both = ties_one = ties_other = 0
    pairs = len(one) * (len(one) - 1) // 2
    for i in range(len(one)):
        for j in range(i):
            a, b = one[i] - one[j], other[i] - other[j]
            both += (a * b > 0) - (a * b < 0)
            ties_one += a == 0
            ties_other += b == 0
    spread = (pairs - ties_one) * (pairs - ties_other)
    return both / math.sqrt(spread) if spread else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    for end in range(1, len(order) + 1):
        if end == len(order) or values[order[end]] != values[order[start]]:
            for place in order[start:end]:
                ranks[place] = (start + end - 1) / 2
            start = end
    return ranks
