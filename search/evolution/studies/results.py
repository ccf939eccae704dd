"""Results of a study: each configuration's mean and deviation, and how likely chance alone makes each difference.

Pure Python: must import neither Django nor torch.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from search.evolution.statistics.samples import sample_deviation
from search.evolution.statistics.significance import LEVEL, Measured, compare

Over = Literal["seeds", "runs"]


@dataclass(frozen=True)
class ArmScores:
    """What was measured of one configuration."""

    arm: str
    fitness: tuple[float, ...]
    """Best fitness of each finished seed, fractions 0..1."""
    runs: tuple[tuple[float, ...], ...]
    """Test accuracy of each run, for each seed that has a test score."""

    @property
    def test(self) -> Measured | None:
        """Over seeds; with one seed over the runs of its network, which says nothing of another search."""
        means = [statistics.fmean(runs) for runs in self.runs]
        return measured(means) if len(means) > 1 else measured(self.runs[0]) if means else None

    @property
    def search(self) -> Measured | None:
        """Best fitness over seeds."""
        return measured(self.fitness)

    @property
    def over(self) -> Over:
        """What the deviation of `test` is of."""
        return "seeds" if len(self.runs) > 1 else "runs"


@dataclass(frozen=True)
class Difference:
    """Row less column: of mean test accuracies, or of fitness where no test score was asked for."""

    value: float
    chance: float | None
    """How often noise alone would make a difference at least as large (Welch's test, two-sided); None: either side was
    measured once."""

    @property
    def beyond_noise(self) -> bool:
        return self.chance is not None and self.chance < LEVEL


def measured(values: Sequence[float]) -> Measured | None:
    """None of no values.

    >>> measured([0.5, 0.7]).mean
    0.6
    """
    if not values:
        return None
    return Measured(statistics.fmean(values), len(values), sample_deviation(values))


def differences(sides: Sequence[Measured | None], *, images: int) -> list[list[Difference | None]]:
    """[row][column]: None on the diagonal and where either has no value. `images`: in the test or validation set."""
    return [
        [None if row == column else _difference(one, other, images) for column, other in enumerate(sides)]
        for row, one in enumerate(sides)
    ]


def _difference(one: Measured | None, other: Measured | None, images: int) -> Difference | None:
    if one is None or other is None:
        return None
    found = compare(other, one, resolution=1 / max(1, images))
    return Difference(one.mean - other.mean, found.chance if found else None)
