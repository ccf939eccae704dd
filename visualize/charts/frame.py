"""Still charts: sparklines, and the chart that a page shows without scripts.

Geometry only: classes style it, no colour is in the SVG.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualize.charts import series
from visualize.charts.series import Line, Point
from visualize.style.formats import count, magnitude, short_per_cent

DOTS = 1500
"""A still picture needs no more: beyond, dots lie on dots."""


@dataclass(frozen=True)
class Tick:
    """A grid line and its label, in units of the picture."""

    at: float
    label: str


@dataclass(frozen=True)
class Frame:
    """The plot area of a picture, and the ranges it shows."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    x_max: float
    y_min: float
    y_max: float
    x_min: float = 0.0

    def x(self, value: float) -> float:
        share = (value - self.x_min) / (self.x_max - self.x_min)
        return self.left + (self.width - self.left - self.right) * share

    def y(self, value: float) -> float:
        inside = (min(max(value, self.y_min), self.y_max) - self.y_min) / (self.y_max - self.y_min)
        return self.height - self.bottom - (self.height - self.top - self.bottom) * inside

    @property
    def x_end(self) -> float:
        return self.width - self.right

    @property
    def y_end(self) -> float:
        return self.height - self.bottom


@dataclass(frozen=True)
class Chart:
    """One panel: the paths are values of the `d` attribute."""

    frame: Frame
    title: str
    """Of the upright axis."""
    initial: str
    """The area of the initial population, which nobody chose; empty where there is none."""
    dots: str
    failed: str
    median: str
    best: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def fitness_chart(points: Sequence[Point], lines: series.Lines, individuals: int, initial: int = 0) -> Chart:
    """`initial`: steps of the initial population."""
    fitness = [point.fitness for point in points if point.fitness is not None]
    low = series.fitness_floor(fitness)
    high = min(1.0, max(fitness, default=1.0) + 0.02)
    frame = Frame(940, 270, 52, 22, 8, 26, max(1, individuals), low, max(high, low + 0.02))
    some = series.thin(points, DOTS)
    return Chart(
        frame=frame,
        title="validation accuracy",
        initial=_area(frame, initial),
        dots=_dots(frame, [(point.step, point.fitness) for point in some if point.fitness is not None]),
        failed=_ticks(frame, [point.step for point in some if point.state == "failed"]),
        median=_path(frame, series.thin_line(lines.median, 400)),
        best=_path(frame, lines.best, stepped=True),
        x_ticks=_x_ticks(frame),
        y_ticks=_y_ticks(frame, short_per_cent, about=7),
    )


def parameters_chart(
    points: Sequence[Point], lines: series.Lines, individuals: int, initial: int = 0
) -> Chart:
    high = max((point.parameters for point in points), default=1) * 1.05
    frame = Frame(940, 120, 52, 22, 8, 26, max(1, individuals), 0, max(high, 1))
    some = [point for point in series.thin(points, DOTS) if point.fitness is not None]
    return Chart(
        frame=frame,
        title="parameters",
        initial=_area(frame, initial),
        dots=_dots(frame, [(point.step, point.parameters) for point in some]),
        failed="",
        median=_path(frame, series.thin_line(lines.parameters_median, 400)),
        best="",
        x_ticks=_x_ticks(frame),
        y_ticks=_y_ticks(frame, _round_magnitude, about=3),
    )


def sparkline(values: Sequence[float], width: float = 96, height: float = 24) -> str:
    """A path through best-so-far values, from the first to the last."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    across = (width - 4) / (len(values) - 1)
    places = [
        (2 + across * i, height - 3 - (height - 6) * (value - low) / span) for i, value in enumerate(values)
    ]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _area(frame: Frame, steps: int) -> str:
    """Up to the middle between the last of so many first steps and the next one."""
    if not steps:
        return ""
    end = min(frame.x(steps - 0.5), frame.x_end)
    return f"M{frame.left:g} {frame.top:g}H{end:.1f}V{frame.y_end:g}H{frame.left:g}Z"


def _dots(frame: Frame, places: Sequence[tuple[float, float]]) -> str:
    """Zero-length strokes with round caps: one path instead of thousands of circles."""
    return "".join(f"M{frame.x(x):.1f} {frame.y(y):.1f}h0" for x, y in places)


def _ticks(frame: Frame, steps: Sequence[float]) -> str:
    """Strokes up from the axis: what failed has no fitness."""
    return "".join(f"M{frame.x(step):.1f} {frame.y_end:.1f}v-9" for step in steps)


def _path(frame: Frame, line: Line, *, stepped: bool = False) -> str:
    if not line:
        return ""
    x, y = line[0]
    parts = [f"M{frame.x(x):.1f} {frame.y(y):.1f}"]
    for x, y in line[1:]:
        parts.append(
            f"H{frame.x(x):.1f}V{frame.y(y):.1f}" if stepped else f"L{frame.x(x):.1f} {frame.y(y):.1f}"
        )
    return "".join(parts)


def _round_magnitude(value: float) -> str:
    """25.0 k -> 25 k: a tick stands at a round number."""
    return re.sub(r"\.0+(?=\D)", "", magnitude(value))


def _x_ticks(frame: Frame) -> tuple[Tick, ...]:
    return tuple(Tick(round(frame.x(tick), 1), count(int(tick))) for tick in series.ticks(0, frame.x_max, 8))


def _y_ticks(frame: Frame, label: Callable[[float], str], about: int) -> tuple[Tick, ...]:
    values = series.ticks(frame.y_min, frame.y_max, about)
    return tuple(Tick(round(frame.y(value), 1), label(value)) for value in values)
