"""Early stopping of a training that cannot win a tournament any more. Must import neither Django nor torch.

Tournaments draw a share f of a population that nobody leaves, and the fittest drawn wins. With r fitter ones in
the population an individual wins one tournament with probability at most (1 - f)^r, and r only grows. So there is
a rank behind which nothing practically ever wins, whatever the size of the population; and leaving those behind it
out of the population changes nothing for the others, for the winner has rank r with probability f (1 - f)^r in both.
"""

import math
from collections.abc import Sequence

MISS = 0.05
"""How often a network may end above its bound."""
LEAST = 19
"""Finished trainings without which no bound holds that often: 1 / (n + 1) <= MISS."""


def decided_rank(fraction: float, chance: float) -> int:
    """With so many fitter ones, a tournament over that fraction is won with at most that probability.

    >>> decided_rank(0.05, 0.01), decided_rank(0.25, 0.01), decided_rank(1.0, 0.01)
    (90, 17, 1)
    """
    if fraction >= 1:
        return 1
    return max(1, math.ceil(math.log(chance) / math.log(1 - fraction) - 1e-9))


def upper_bound(accuracy: float, finished: Sequence[tuple[float, float]]) -> float | None:
    """What a training with that accuracy now will not end above, except with probability MISS.

    `finished` are (accuracy at the same step, final accuracy) of other trainings under the same protocol. Each says
    which share of the errors was left at the end; the bound takes nearly the smallest share seen (split conformal
    prediction: right for any distribution, as long as the networks are exchangeable). None with fewer than LEAST.
    """
    shares = sorted((1 - final) / (1 - now) if now < 1 else 1.0 for now, final in finished)
    place = math.floor(MISS * (len(shares) + 1) + 1e-9)
    if place < 1:
        return None
    return min(1.0, 1 - (1 - accuracy) * shares[place - 1])
