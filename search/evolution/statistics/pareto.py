"""Pareto front of fitness against one cost.

Pure Python: must import neither Django nor torch.
"""

import math
from collections.abc import Sequence

Place = tuple[float, float]
"""(cost, fitness): less of the first is better, more of the second. Both are finite."""


def pareto_front(places: Sequence[Place]) -> list[int]:
    """Indices of the places that no other dominates, by increasing cost; equal places in their order.

    One place dominates another that it beats in cost or fitness and is not behind in either, so equal places
    do not dominate each other. O(n log n): one sort, then one pass.

    >>> pareto_front([(2.0, 0.9), (1.0, 0.8), (3.0, 0.9), (1.0, 0.8), (4.0, 0.95)])
    [1, 3, 0, 4]
    """
    keys = [(cost, -fitness) for cost, fitness in places]
    front: list[int] = []
    best, last = -math.inf, None
    for index in sorted(range(len(places)), key=keys.__getitem__):
        # Whoever is on the front already costs no more: a newcomer must be fitter than all of them, which the
        # last of them stands for, or equal to the last.
        place = places[index]
        if place[1] > best or place == last:
            front.append(index)
            best, last = place[1], place
    return front


def dominates(one: Place, other: Place) -> bool:
    """Whether `one` costs no more, is no less fit, and is better in at least one of the two.

    >>> dominates((1.0, 0.9), (2.0, 0.9)), dominates((1.0, 0.9), (1.0, 0.9)), dominates((1.0, 0.8), (2.0, 0.9))
    (True, False, False)
    """
    return one[0] <= other[0] and one[1] >= other[1] and one != other
