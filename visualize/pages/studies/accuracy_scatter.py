"""Scatter plots of accuracy against parameters and multiply-adds: one numbered point for each configuration."""

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.charts import series
from visualize.charts.frame import Frame, Tick
from visualize.pages.studies.arm_rows import ArmRow
from visualize.style.formats import magnitude, per_cent


@dataclass(frozen=True)
class Point:
    """One configuration, in units of the picture."""

    number: int
    title: str
    x: float
    y: float
    bar: str
    """Path of one standard deviation to either side; empty for a single measurement."""


@dataclass(frozen=True)
class Scatter:
    """One picture."""

    title: str
    frame: Frame
    points: tuple[Point, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def scatters(rows: Sequence[ArmRow], *, by_test: bool) -> list[Scatter]:
    """Test accuracy where it was asked for, else fitness. None while fewer than two configurations are measured, or
    all cost the same."""
    what = "Test accuracy" if by_test else "Fitness"
    found = [
        (row, cost, (row.test if by_test else row.search))
        for row in rows
        if (cost := (row.parameters, row.multiply_adds))[0]
    ]
    pictures = []
    for index, name in enumerate(("parameters", "multiply-adds")):
        places = [
            (row, float(cost[index] or 0), side.mean, side.spread or 0.0)
            for row, cost, side in found
            if side is not None
        ]
        if len({x for _, x, _, _ in places}) > 1:
            pictures.append(_scatter(f"{what} against {name}", places))
    return pictures


def _scatter(title: str, places: Sequence[tuple[ArmRow, float, float, float]]) -> Scatter:
    low = min(y - spread for _, _, y, spread in places)
    high = max(y + spread for _, _, y, spread in places)
    room = max(0.005, 0.08 * (high - low))
    x_max = 1.1 * max(x for _, x, _, _ in places)
    frame = Frame(560, 300, 56, 24, 12, 26, x_max, max(0.0, low - room), min(1.0, high + room))
    return Scatter(
        title=title,
        frame=frame,
        points=tuple(_point(frame, *place) for place in places),
        x_ticks=tuple(
            Tick(round(frame.x(tick), 1), magnitude(tick)) for tick in series.ticks(0, frame.x_max, 5)
        ),
        y_ticks=tuple(
            Tick(round(frame.y(tick), 1), per_cent(tick, 1))
            for tick in series.ticks(frame.y_min, frame.y_max, 5)
        ),
    )


def _point(frame: Frame, row: ArmRow, x: float, y: float, spread: float) -> Point:
    left = round(frame.x(x), 1)
    bar = f"M{left} {frame.y(y - spread):.1f}V{frame.y(y + spread):.1f}" if spread else ""
    return Point(row.number, row.arm.title, left, round(frame.y(y), 1), bar)
