"""Robust scaling of fitness for a model: the median becomes 0, the usual spread 1.

Scaled by least and greatest, one network that did not learn flattens all others (methods B12); scaled by the median
absolute deviation it does not, and what lies far below is drawn up. What lies above stays where it is: that is what
the search is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST = -3.0
"""Scaled values below are drawn up to it."""
CONSISTENT = 1.4826
"""Makes the median absolute deviation of a normal distribution its standard deviation."""


@dataclass(frozen=True)
class Scale:
    """Fitness, a fraction, to model units and back."""

    middle: float
    width: float

    @classmethod
    def of(cls, fitness: Sequence[float]) -> "Scale":
        values = np.asarray(fitness)
        middle = float(np.median(values))
        width = CONSISTENT * float(np.median(np.abs(values - middle))) or float(np.std(values))
        return cls(middle, width or 1.0)

    def scaled(self, fitness: Sequence[float]) -> Floats:
        scaled: Floats = np.maximum((np.asarray(fitness) - self.middle) / self.width, LEAST)
        return scaled

    def fitness(self, scaled: float) -> float:
        return self.middle + self.width * scaled
