"""Results of study `space`: differences at equal size, how far ranks carry over to the large host, tests of spread.

Pure Python: must import neither Django nor torch.
"""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from search.evolution.statistics.paired import PairedDifference, paired_difference
from search.evolution.statistics.rank_intervals import Correlation, kendall_interval
from search.evolution.statistics.significance import Measured, compare
from search.evolution.statistics.variances import SpreadComparison, brown_forsythe
from search.evolution.studies.results import Difference, measured

FEWEST = 5
"""Networks below which a rank correlation says nothing."""


@dataclass(frozen=True)
class MeasuredNetwork:
    """One network of a space."""

    number: int
    """Of its size: networks of other spaces with the same number are about as large."""
    fitness: float
    """In the search's small host, a fraction 0..1."""
    runs: tuple[float, ...]
    """Test accuracy of each run in the large host; empty before all are done, or where none was asked for."""

    @property
    def test(self) -> float | None:
        return statistics.fmean(self.runs) if self.runs else None


@dataclass(frozen=True)
class SpaceScores:
    """One space."""

    space: str
    title: str
    networks: tuple[MeasuredNetwork, ...]

    @property
    def scored(self) -> list[tuple[float, float]]:
        """(fitness, test accuracy) of networks that have both."""
        return [(row.fitness, row.test) for row in self.networks if row.test is not None]

    @property
    def fitness(self) -> Measured | None:
        """Over networks."""
        return measured([row.fitness for row in self.networks])

    @property
    def test(self) -> Measured | None:
        return measured([test for _, test in self.scored])

    @property
    def between_runs(self) -> Measured | None:
        """Standard deviation over runs of one network, mean over networks of at least two runs."""
        return measured([statistics.stdev(row.runs) for row in self.networks if len(row.runs) > 1])

    @property
    def carry_over(self) -> Correlation | None:
        """Kendall's tau of fitness with test accuracy."""
        return rank_agreement(self.scored)


@dataclass(frozen=True)
class SpacePair:
    """Two spaces compared, each time first less second; None where too little is measured."""

    first: str
    second: str
    fitness: PairedDifference | None
    test: PairedDifference | None
    change: PairedDifference | None
    """Of the test difference from the fitness difference: whether the large host favours one of them."""
    fitness_spread: SpreadComparison | None
    test_spread: SpreadComparison | None
    runs_spread: Difference | None
    """Of the mean standard deviations over runs (Welch's test)."""


@dataclass(frozen=True)
class Resolutions:
    """The smallest differences that the accuracies can show: one over the number of images."""

    fitness: float
    test: float


def space_pairs(spaces: Sequence[SpaceScores], images: Resolutions) -> list[SpacePair]:
    """Each two of them, in their order."""
    return [_pair(one, other, images) for one, other in combinations(spaces, 2)]


def rank_agreement(scored: Sequence[tuple[float, float]]) -> Correlation | None:
    """Of (fitness, test accuracy); None of fewer than FEWEST networks. The same interval each time."""
    if len(scored) < FEWEST:
        return None
    return kendall_interval([one for one, _ in scored], [two for _, two in scored], random.Random(0))


def _pair(one: SpaceScores, other: SpaceScores, images: Resolutions) -> SpacePair:
    opposite = {row.number: row for row in other.networks}
    both = [(row, opposite[row.number]) for row in one.networks if row.number in opposite]
    tested = [
        (row.fitness - row2.fitness, row.test - row2.test)
        for row, row2 in both
        if row.test is not None and row2.test is not None
    ]
    return SpacePair(
        one.space,
        other.space,
        fitness=paired_difference([a.fitness - b.fitness for a, b in both], resolution=images.fitness),
        test=paired_difference([test for _, test in tested], resolution=images.test),
        change=paired_difference(
            [test - fitness for fitness, test in tested], resolution=max(images.fitness, images.test)
        ),
        fitness_spread=brown_forsythe(
            [row.fitness for row in one.networks], [row.fitness for row in other.networks]
        ),
        test_spread=brown_forsythe([test for _, test in one.scored], [test for _, test in other.scored]),
        runs_spread=_runs_spread(one.between_runs, other.between_runs, images.test),
    )


def _runs_spread(one: Measured | None, other: Measured | None, resolution: float) -> Difference | None:
    if one is None or other is None:
        return None
    found = compare(other, one, resolution=resolution)
    return Difference(one.mean - other.mean, found.chance if found else None)
