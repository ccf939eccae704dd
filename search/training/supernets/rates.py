"""Learning rates over a shared training."""

from math import cos, pi

LEAST_RATE = 0.01
"""Share of the learning rate that the cosine ends with."""


def falling(done: float) -> float:
    """Share of the learning rate after that share of the steps: along half a cosine."""
    return LEAST_RATE + (1 - LEAST_RATE) * (1 + cos(pi * done)) / 2
