"""Results of study `time-to-quality`: when searches reach a fitness, in device hours.

Pure Python: must import neither Django nor torch.
"""

import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

QualityLine = Sequence[tuple[float, float]]
"""One search: (device hours, best fitness so far), neither ever falling."""
STEPS = 4


@dataclass(frozen=True)
class Reached:
    """One configuration and one fitness."""

    fitness: float
    """That is to be reached, a fraction 0..1."""
    hours: float | None
    """Median over seeds; None: at least half of them did not reach it."""
    seeds: int
    """How many did."""


def quality_targets(arms: Sequence[Sequence[QualityLine]]) -> list[float]:
    """STEPS values of fitness, evenly from the median first network to what the median seed of the best configuration
    ended with; empty while nothing is measured or nothing has become better.

    >>> quality_targets([[[(1.0, 0.5), (2.0, 0.9)]], [[(1.0, 0.5), (2.0, 0.7)]]])
    [0.6, 0.7, 0.8, 0.9]
    """
    lines = [[line for line in arm if line] for arm in arms]
    lines = [arm for arm in lines if arm]
    if not lines:
        return []
    low = statistics.median(line[0][1] for arm in lines for line in arm)
    high = max(statistics.median(line[-1][1] for line in arm) for arm in lines)
    if high <= low:
        return []
    return [round(low + (high - low) * step / STEPS, 6) for step in range(1, STEPS + 1)]


def reached(lines: Sequence[QualityLine], fitness: float) -> Reached:
    """By the seeds of one configuration.

    >>> reached([[(1.0, 0.5), (2.0, 0.9)], [(1.0, 0.8)], [(3.0, 0.7)]], 0.7)
    Reached(fitness=0.7, hours=2.0, seeds=3)
    >>> reached([[(1.0, 0.5)], [(2.0, 0.9)]], 0.7)
    Reached(fitness=0.7, hours=None, seeds=1)
    """
    times = sorted(found for line in lines if (found := _time(line, fitness)) is not None)
    if 2 * len(times) <= len(lines):
        return Reached(fitness, None, len(times))
    # Those that did not reach it come after all others.
    return Reached(
        fitness, statistics.median_low([*times, *[float("inf")] * (len(lines) - len(times))]), len(times)
    )


def _time(line: QualityLine, fitness: float) -> float | None:
    place = bisect_left(line, fitness - 1e-9, key=lambda point: point[1])
    return line[place][0] if place < len(line) else None
