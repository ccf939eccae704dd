"""Learning-rate schedule: the rate of each step, from the protocol and the step's number alone."""

from math import cos, pi

from search.evolution.experiments.config import Protocol


def learning_rate(protocol: Protocol, step: int) -> float:
    """The rate of the step with that number, 1 to `protocol.steps`; needs no state, so a resumed training goes on.

    `cosine` is Loshchilov and Hutter's (ICLR 2017, equation 5) without restarts: half a cosine from the start's rate
    at step 1 to nearly zero at the last.
    """
    if protocol.schedule == "cosine":
        return protocol.learning_rate * (1 + cos(pi * (step - 1) / protocol.steps)) / 2
    rate = protocol.learning_rate
    for drop in protocol.learning_rate_drops:
        if step > drop:
            rate *= protocol.drop_factor
    return rate
