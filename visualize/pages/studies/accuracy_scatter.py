"""Scatter plots of accuracy against parameters and multiply-adds: one numbered point for each configuration, and the
same of published networks as reference."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.finals.published_networks import PUBLISHED_NETWORKS
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
    tone: int = 1
    """Of its colour, from 1."""


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
            _Measured(row.number, row.arm.title, float(cost[index] or 0), side.mean, side.spread or 0.0)
            for row, cost, side in found
            if side is not None
        ]
        if len({place.x for place in places}) > 1:
            pictures.append(_scatter(f"{what} against {name}", places))
    return pictures


def published_scatters() -> list[Scatter]:
    """torchvision's networks on ImageNet, numbered as in their table: another scale, another data set."""
    numbered = list(enumerate(PUBLISHED_NETWORKS, start=1))
    by_parameters = [_Measured(number, row.name, row.parameters, row.top1) for number, row in numbered]
    by_work = [
        _Measured(number, row.name, 1e9 * row.giga_multiply_adds, row.top1) for number, row in numbered
    ]
    return [
        _scatter("Published top-1 on ImageNet against parameters", by_parameters),
        _scatter("Published top-1 on ImageNet against multiply-adds", by_work),
    ]


@dataclass(frozen=True)
class _Measured:
    """What a point shows: cost, accuracy and its standard deviation."""

    number: int
    title: str
    x: float
    y: float
    spread: float = 0.0


def _scatter(title: str, places: Sequence[_Measured]) -> Scatter:
    low = min(place.y - place.spread for place in places)
    high = max(place.y + place.spread for place in places)
    room = max(0.005, 0.08 * (high - low))
    x_max = 1.1 * max(place.x for place in places)
    frame = Frame(560, 300, 56, 24, 12, 26, x_max, max(0.0, low - room), min(1.0, high + room))
    return Scatter(
        title=title,
        frame=frame,
        points=tuple(_point(frame, place) for place in places),
        x_ticks=tuple(
            Tick(round(frame.x(tick), 1), magnitude(tick)) for tick in series.ticks(0, frame.x_max, 5)
        ),
        y_ticks=tuple(
            Tick(round(frame.y(tick), 1), per_cent(tick, 1))
            for tick in series.ticks(frame.y_min, frame.y_max, 5)
        ),
    )


def _point(frame: Frame, place: _Measured) -> Point:
    left = round(frame.x(place.x), 1)
    low, high = frame.y(place.y - place.spread), frame.y(place.y + place.spread)
    bar = f"M{left} {low:.1f}V{high:.1f}" if place.spread else ""
    return Point(place.number, place.title, left, round(frame.y(place.y), 1), bar)
