"""Rank correlation (Spearman, Kendall). Pure Python: must import neither Django nor torch."""

import math
from collections import Counter
from collections.abc import Sequence


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's correlation of the ranks, equal values sharing their mean rank; 0 when one side is constant.

    >>> spearman([1, 2, 3], [10, 20, 40]), spearman([1, 2, 3], [3, 2, 1]), spearman([1, 1], [1, 2])
    (1.0, -1.0, 0.0)
    """
    first, second = ranks(one), ranks(other)
    middle = (len(first) + 1) / 2
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


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, equal values sharing their mean rank.

    >>> ranks([0.5, 0.1, 0.5])
    [2.5, 1.0, 2.5]
    """
    counts, below = Counter(values), 0
    mean: dict[float, float] = {}
    for value in sorted(counts):
        mean[value] = below + (counts[value] + 1) / 2
        below += counts[value]
    return [mean[value] for value in values]
