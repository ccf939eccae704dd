"""Chart series: best so far, running median, thinning, SVG paths.

Curves run in order of completion, so that new individuals only ever append. An individual's dot stands at its
own evolution step; a line's value stands at the latest step complete by then, which never goes back.
"""

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

LONGEST_WINDOW = 101
"""Individuals under the running median of a search of a thousand or more; shorter searches take a tenth."""


class Point(NamedTuple):
    """One finished individual."""

    step: int
    fitness: float | None
    """A fraction 0..1; None for a failed one."""
    parameters: int
    completion: int | None
    """0-based place in the order of completion; None for those that are not of the population."""
    state: str


class Before(NamedTuple):
    """What the lines need to go on where earlier points ended."""

    step: int = 0
    """The latest step that was complete."""
    best: float | None = None
    fitness: tuple[float, ...] = ()
    """The last `window - 1` fitnesses, in order of completion."""
    parameters: tuple[int, ...] = ()


START = Before()

Line = list[tuple[int, float]]
"""(evolution step, value), steps never decreasing."""


@dataclass(frozen=True)
class Lines:
    """The lines over a run of points."""

    best: Line
    """Only where it changes, and at the last point."""
    median: Line
    parameters_median: Line
    after: Before


def median_window(individuals: int) -> int:
    """An odd number of individuals, about a tenth of the search, 5 to 101."""
    return min(LONGEST_WINDOW, max(5, individuals // 10 | 1))


def running_median(values: Iterable[float], window: int, before: Sequence[float] = ()) -> list[float]:
    """The median of each value and up to window - 1 values before it."""
    recent = deque(before[-(window - 1) :] if window > 1 else ())
    ordered = sorted(recent)
    medians = []
    for value in values:
        recent.append(value)
        insort(ordered, value)
        if len(recent) > window:
            del ordered[bisect_left(ordered, recent.popleft())]
        middle = len(ordered) // 2
        odd = len(ordered) % 2
        medians.append(ordered[middle] if odd else (ordered[middle - 1] + ordered[middle]) / 2)
    return medians


def lines(points: Sequence[Point], window: int, before: Before = START) -> Lines:
    """The lines over points in order of completion; failed individuals carry no line."""
    members = [(point.step, point.fitness, point.parameters) for point in points if point.fitness is not None]
    steps = _reached([step for step, _, _ in members], before.step)
    fitness = [value for _, value, _ in members]
    parameters = [value for _, _, value in members]
    medians = running_median(fitness, window, before.fitness)
    parameter_medians = running_median(parameters, window, before.parameters)
    best_line, best = _best(steps, fitness, before.best)
    keep = window - 1
    after = Before(
        step=steps[-1] if steps else before.step,
        best=best,
        fitness=(*before.fitness, *fitness)[-keep:],
        parameters=(*before.parameters, *parameters)[-keep:],
    )
    return Lines(
        best=best_line,
        median=list(zip(steps, medians, strict=True)),
        parameters_median=list(zip(steps, parameter_medians, strict=True)),
        after=after,
    )


def _reached(steps: Sequence[int], start: int) -> list[int]:
    latest, reached = start, []
    for step in steps:
        latest = max(latest, step)
        reached.append(latest)
    return reached


def _best(steps: Sequence[int], fitness: Sequence[float], best: float | None) -> tuple[Line, float | None]:
    line: Line = []
    for step, value in zip(steps, fitness, strict=True):
        if best is None or value > best:
            best = value
            line.append((step, value))
    if steps and best is not None and (not line or line[-1][0] != steps[-1]):
        line.append((steps[-1], best))
    return line, best


def thin(points: Sequence[Point], limit: int) -> list[Point]:
    """At most about `limit` points, order kept: of each stretch the fittest and least fit, the largest and the
    smallest, and one that failed, so that no extreme of the whole is lost."""
    if len(points) <= limit:
        return list(points)
    stretches = max(1, limit // 5)
    size = math.ceil(len(points) / stretches)
    kept: list[Point] = []
    for start in range(0, len(points), size):
        kept.extend(_extremes(points[start : start + size]))
    return kept


def _extremes(stretch: Sequence[Point]) -> list[Point]:
    rated = [index for index, point in enumerate(stretch) if point.fitness is not None]
    chosen = {index for index, point in enumerate(stretch) if point.fitness is None}
    chosen = set(sorted(chosen)[:1])
    if rated:
        chosen |= {
            min(rated, key=lambda i: _fitness(stretch[i])),
            max(rated, key=lambda i: _fitness(stretch[i])),
        }
        chosen |= {
            min(rated, key=lambda i: stretch[i].parameters),
            max(rated, key=lambda i: stretch[i].parameters),
        }
    return [stretch[index] for index in sorted(chosen)]


def _fitness(point: Point) -> float:
    return -1.0 if point.fitness is None else point.fitness


def thin_line(line: Line, limit: int) -> Line:
    """Every so many values of a smooth line, first and last among them."""
    if len(line) <= limit:
        return line
    stride = math.ceil(len(line) / limit)
    kept = line[::stride]
    return kept if kept[-1] == line[-1] else [*kept, line[-1]]


def fitness_floor(fitness: Sequence[float]) -> float:
    """Where the fitness axis begins: below it lie at most 2 % of the values, drawn at its edge, so that a few
    hopeless candidates do not flatten the rest."""
    if not fitness:
        return 0.0
    ordered = sorted(fitness)
    low, high = ordered[len(ordered) // 50], ordered[-1]
    room = max(0.02, 0.08 * (high - low))
    return max(0.0, math.floor((low - room) * 50) / 50)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers between low and high, about so many."""
    if not high > low:
        return [low]
    raw = (high - low) / max(1, about)
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 12) for index in range(first, math.floor(high / step + 1e-9) + 1)]
