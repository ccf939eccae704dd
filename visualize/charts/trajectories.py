"""Trajectories of searches over one axis: single lines, or bands over seeds.

Pure: from marks (`search.selectors.comparison.Mark`) to lines of (x, y).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal, NamedTuple

from search.selectors.comparison import Mark
from visualize.charts import series

Axis = Literal["step", "evaluations", "seconds"]
Spread = Literal["range", "quartiles", "off"]
QUANTITIES = ("fitness", "best", "parameters")
"""Current fitness as a running median, best so far, parameters as a running median."""

LONGEST = 400
"""Points of one line: about as many as its picture has pixels. Of a line of which a stretch is shown, in that."""
GRID = 300
"""Places along the axis, about, at which a band is measured: those where one of its lines has a point."""

Line = list[tuple[float, float]]
Stretch = tuple[float, float]
"""First and last place of the axis, first < last."""


class BandPoint(NamedTuple):
    """Several searches at one place of the axis."""

    x: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Trajectory:
    """One search."""

    fitness: Line
    best: Line
    parameters: Line

    def line(self, quantity: str) -> Line:
        found: Line = getattr(self, quantity)
        return found


def lines(marks: Sequence[Mark], axis: Axis, window: int, stretch: Stretch | None = None) -> Trajectory:
    """`window`: marks under a running median. `stretch`: what is shown of the axis, and so drawn finely."""
    places = _places(marks, axis)
    fitness = series.running_median([mark.fitness for mark in marks], window)
    parameters = series.running_median([mark.parameters for mark in marks], window)
    best = [mark.best for mark in marks]
    return Trajectory(
        fitness=_thin(list(zip(places, fitness, strict=True)), stretch),
        best=_corners(list(zip(places, best, strict=True))),
        parameters=_thin(list(zip(places, parameters, strict=True)), stretch),
    )


def _places(marks: Sequence[Mark], axis: Axis) -> list[float]:
    if axis != "step":
        return [float(getattr(mark, axis)) for mark in marks]
    latest, places = 0, []
    for mark in marks:  # later steps may end before earlier ones: the axis never goes back
        latest = max(latest, mark.step)
        places.append(float(latest))
    return places


def _thin(line: Line, stretch: Stretch | None) -> Line:
    kept = _spread_out([x for x, _ in line], LONGEST, stretch)
    return [line[index] for index in kept]


def _spread_out(xs: Sequence[float], most: int, stretch: Stretch | None) -> list[int]:
    """Indices of at most so many of places that never go back, and the last one. With a stretch as many within it, its
    neighbours among them, and as many on either side."""
    if stretch is None:
        ends = [(0, len(xs))]
    else:
        first, last = max(0, bisect_left(xs, stretch[0]) - 1), min(len(xs), bisect_right(xs, stretch[1]) + 1)
        ends = [(0, first), (first, last), (last, len(xs))]
    kept: list[int] = []
    for start, end in ends:
        if end > start:
            kept += [*range(start, end - 1, max(1, -(-(end - start) // most))), end - 1]
    return kept


def _corners(line: Line) -> Line:
    """Only where a line that never falls rises, and its end."""
    return [
        place
        for index, place in enumerate(line)
        if index in (0, len(line) - 1) or place[1] > line[index - 1][1]
    ]


def band(several: Sequence[Line], spread: Spread, stretch: Stretch | None = None) -> list[BandPoint]:
    """Where all of several lines have a value: to the end of the shortest. `stretch`: what is shown of the axis.

    `range`: from the least to the largest, around the median. `quartiles`: the middle half.
    """
    several = [line for line in several if line]
    if not several:
        return []
    start, end = max(line[0][0] for line in several), min(line[-1][0] for line in several)
    if end <= start:
        return []
    every = sorted({x for line in several for x, _ in line if start <= x <= end} | {start, end})
    xs = [every[index] for index in _spread_out(every, GRID, stretch)]
    columns = zip(*(_values(line, xs) for line in several), strict=True)
    return [BandPoint(x, *_spread(sorted(values), spread)) for x, values in zip(xs, columns, strict=True)]


def _values(line: Line, xs: Sequence[float]) -> list[float]:
    """A line's value at x is that of its last point up to x."""
    places = [x for x, _ in line]
    return [line[max(0, bisect_right(places, x) - 1)][1] for x in xs]


def _spread(ordered: Sequence[float], spread: Spread) -> tuple[float, float, float]:
    if spread == "quartiles" and len(ordered) > 1:
        low, middle, high = quantiles(ordered, n=4, method="inclusive")
        return low, middle, high
    return ordered[0], median(ordered), ordered[-1]
