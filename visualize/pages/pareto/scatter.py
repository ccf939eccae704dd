"""Scatter plot of fitness against cost, thinned, with the front."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from search.evolution.statistics.pareto import Place
from visualize.charts import series
from visualize.charts.frame import Frame, Tick
from visualize.charts.trajectories import Stretch
from visualize.style.formats import short_per_cent

COLUMNS, ROWS = 280, 160
"""The finest grid: about as many dots as stand side by side in a picture."""
ROOM = 1.04


def thin(places: Sequence[Place], keep: Collection[int], limit: int) -> list[int]:
    """Indices of at most about `limit` places, in their order: those to keep, and of every cell of a grid the first.

    The grid gets coarser until the limit is met, so a cloud keeps its shape and its lonely points.
    """
    kept: Iterable[int] = range(len(places))
    if len(places) <= limit:
        return list(kept)
    costs, fitness = [place[0] for place in places], [place[1] for place in places]
    left, bottom = min(costs), min(fitness)
    columns, rows = COLUMNS, ROWS
    while True:
        across = columns / ((max(costs) - left) or 1.0)
        down = rows / ((max(fitness) - bottom) or 1.0)
        first: dict[int, int] = {}
        for (
            index
        ) in kept:  # of the finer grid: reading all again for every grid would take the time several times
            cell = int((costs[index] - left) * across) * (rows + 1) + int((fitness[index] - bottom) * down)
            first.setdefault(cell, index)
        kept = first.values()
        if len(first) <= limit or columns < 4:
            return sorted({*kept, *keep})
        columns, rows = columns * 3 // 4, rows * 3 // 4


@dataclass(frozen=True)
class Scatter:
    """The picture: `d` values of paths, and where a selected rectangle lies."""

    frame: Frame
    dots: str
    front: str
    earlier: tuple[str, ...]
    """Fronts of before, the oldest first."""
    corners: str
    selected: tuple[float, float, float, float] | None
    """x, y, width, height."""
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


Bounds = tuple[float | None, float | None, float | None, float | None]
"""Least and most cost, least and most fitness; None where there is no bound."""


def scatter(
    places: Sequence[Place],
    front: Sequence[Place],
    label: Callable[[float], str],
    bounds: Bounds | None,
    earlier: Sequence[Sequence[Place]] = (),
    stretch: Stretch | None = None,
) -> Scatter:
    """`label` writes a cost on the axis. `stretch`: the costs shown, None for all; `places` are those in it."""
    frame = _frame(places, stretch)
    return Scatter(
        frame=frame,
        dots="".join(f"M{frame.x(cost):.1f} {frame.y(value):.1f}h0" for cost, value in places),
        front=_staircase(frame, front),
        earlier=tuple(_staircase(frame, then) for then in earlier),
        corners="".join(
            f"M{frame.x(cost):.1f} {frame.y(value):.1f}h0"
            for cost, value in front
            if frame.x_min <= cost <= frame.x_max
        ),
        selected=_rectangle(frame, bounds) if bounds and any(bound is not None for bound in bounds) else None,
        x_ticks=tuple(
            Tick(round(frame.x(tick), 1), label(tick)) for tick in series.ticks(frame.x_min, frame.x_max, 6)
        ),
        y_ticks=tuple(
            Tick(round(frame.y(tick), 1), short_per_cent(tick))
            for tick in series.ticks(frame.y_min, frame.y_max, 6)
        ),
    )


def ranges(places: Sequence[Place]) -> tuple[float, float, float]:
    """Largest cost, least and largest fitness of the axes. Below the least lie few points, drawn at its edge."""
    fitness = [value for _, value in places]
    low = series.fitness_floor(fitness)
    high = min(1.0, max(fitness, default=1.0) + 0.01)
    return max((cost for cost, _ in places), default=1.0) * ROOM or 1.0, low, max(high, low + 0.02)


def _frame(places: Sequence[Place], stretch: Stretch | None) -> Frame:
    x_max, y_min, y_max = ranges(places)
    first, last = stretch or (0.0, x_max)
    return Frame(940, 420, 52, 22, 10, 28, last, y_min, y_max, first)


def _staircase(frame: Frame, front: Sequence[Place]) -> str:
    """The best fitness that a cost can buy: level between two places of the front, up at each. It comes from the left
    where its beginning is not shown."""
    before = [value for cost, value in front if cost < frame.x_min]
    inside = [place for place in front if frame.x_min <= place[0] <= frame.x_max]
    front = [*((frame.x_min, value) for value in before[-1:]), *inside]
    if not front:
        return ""
    start = f"M{frame.x(front[0][0]):.1f} {frame.y(front[0][1]):.1f}"
    stairs = "".join(f"H{frame.x(cost):.1f}V{frame.y(value):.1f}" for cost, value in front[1:])
    return f"{start}{stairs}H{frame.x_end:.1f}"


def _rectangle(frame: Frame, bounds: Bounds) -> tuple[float, float, float, float]:
    least_cost, most_cost, least, most = bounds
    left = frame.x(min(max(least_cost or 0.0, frame.x_min), frame.x_max))
    right = frame.x(frame.x_max if most_cost is None else min(max(most_cost, frame.x_min), frame.x_max))
    bottom = frame.y(frame.y_min if least is None else least)
    top = frame.y(frame.y_max if most is None else most)
    return round(left, 1), round(top, 1), round(max(0.0, right - left), 1), round(max(0.0, bottom - top), 1)
