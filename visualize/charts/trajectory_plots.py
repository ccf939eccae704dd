"""Charts of several trajectories, as SVG and as plot data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string

from visualize.charts import series as curves
from visualize.charts.frame import Frame, Tick
from visualize.charts.stretches import cut_band, cut_line, held
from visualize.charts.trajectories import Axis, BandPoint, Line, Stretch
from visualize.style.formats import count, duration, magnitude, short_per_cent

TITLES = {
    "fitness": ("Current fitness", "running median"),
    "best": ("Best so far", "fitness"),
    "parameters": ("Parameters", "running median"),
}
APART = 15.0
"""Units between two numbers at the ends of lines."""


@dataclass(frozen=True)
class Series:
    """What one colour stands for: one search, or several with a band."""

    number: int
    tone: int
    dash: int
    name: str
    lines: dict[str, list[list[tuple[float, float]]]]
    bands: dict[str, list[BandPoint]]

    def middle(self, quantity: str) -> Line:
        """The line that its number stands at."""
        if self.bands.get(quantity):
            return [(point.x, point.middle) for point in self.bands[quantity]]
        return self.lines[quantity][0] if self.lines[quantity] else []


@dataclass(frozen=True)
class Drawn:
    """One series in one picture."""

    series: Series
    area: str
    line: str
    thin: tuple[str, ...]
    """The single searches of a band."""
    end_x: float
    end_y: float
    """Where its number stands."""
    last: float
    """The line's last value."""


@dataclass(frozen=True)
class Plot:
    """One quantity of all series."""

    name: str
    title: str
    note: str
    frame: Frame
    drawn: tuple[Drawn, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    initial_end: float | None = None
    """Where the initial population ends on the axis of steps, in units of the picture; None: not marked."""


def plots(
    series: Sequence[Series], axis: Axis, *, initial: int | None = None, stretch: Stretch | None = None
) -> list[Plot]:
    """One for each quantity, on one axis. `initial`: networks of the initial population, marked on the axis of
    steps. `stretch`: the part of the axis that is shown, None for all of it."""
    whole = (0.0, axis_end(series, axis))
    left, right = held(stretch, whole) if stretch else whole
    shown = [_cut(row, (left, right)) for row in series] if (left, right) != whole else series
    found = [_plot(name, shown, axis, (left, right)) for name in TITLES]
    if initial is None or axis != "step" or not left < initial < right - 1:
        return found
    return [replace(plot, initial_end=round(plot.frame.x(initial), 1)) for plot in found]


def axis_end(series: Sequence[Series], axis: Axis) -> float:
    """The last place of the axis when all is shown."""
    x_max = max(
        (line[-1][0] for row in series for lines in row.lines.values() for line in lines if line), default=1.0
    )
    # Steps count from 0: after the last of 400 the axis reaches 400.
    return max(x_max + (axis == "step"), 1e-9)


def _cut(series: Series, stretch: Stretch) -> Series:
    bands = {name: cut_band(points, stretch, stepped=name == "best") for name, points in series.bands.items()}
    lines = {
        name: [cut_line(line, stretch, stepped=name == "best") for line in found]
        for name, found in series.lines.items()
    }
    # Where a band has ended, no single line of it stands for the others.
    ended: dict[str, list[list[tuple[float, float]]]] = {
        name: [] for name, points in bands.items() if series.bands[name] and not points
    }
    return replace(series, bands=bands, lines=lines | ended)


def _plot(name: str, series: Sequence[Series], axis: Axis, stretch: Stretch) -> Plot:
    frame = _frame(name, series, stretch)
    drawn = [_drawn(row, name, frame) for row in series if row.middle(name)]
    title, note = TITLES[name]
    write = magnitude if name == "parameters" else short_per_cent
    return Plot(
        name=name,
        title=title,
        note=note,
        frame=frame,
        drawn=_apart(drawn, frame),
        x_ticks=tuple(
            Tick(round(frame.x(tick), 1), written(tick, axis))
            for tick in curves.ticks(frame.x_min, frame.x_max, 5)
        ),
        y_ticks=tuple(
            Tick(
                round(frame.y(tick), 1),
                write(tick).replace(".0\u00a0", "\u00a0").replace(".00\u00a0", "\u00a0"),
            )
            for tick in curves.ticks(frame.y_min, frame.y_max, 5)
        ),
    )


def written(value: float, axis: Axis) -> str:
    """A place on the axis."""
    return duration(value) if axis == "seconds" else count(round(value))


def _frame(name: str, series: Sequence[Series], stretch: Stretch) -> Frame:
    values = [value for row in series for line in row.lines[name] for _, value in line]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if name == "parameters":
        low, high = 0.0, high * 1.06 or 1.0
    else:
        room = max(0.005, 0.06 * (high - low))
        low, high = max(0.0, low - room), min(1.0, high + room)
    return Frame(560, 300, 52, 30, 10, 26, stretch[1], low, high, stretch[0])


def _drawn(series: Series, name: str, frame: Frame) -> Drawn:
    middle, points = series.middle(name), series.bands.get(name, [])
    stepped = name == "best"
    x, y = middle[-1]
    return Drawn(
        series=series,
        area=_area(frame, points, stepped=stepped),
        line=_path(frame, middle, stepped=stepped),
        thin=tuple(_path(frame, line, stepped=stepped) for line in series.lines[name]) if points else (),
        end_x=round(frame.x(x), 1),
        end_y=round(frame.y(y), 1),
        last=y,
    )


def _apart(drawn: Sequence[Drawn], frame: Frame) -> tuple[Drawn, ...]:
    """Numbers at the ends of lines do not lie on each other: those too close to one another share their room."""
    columns: list[list[Drawn]] = []
    for row in sorted(drawn, key=lambda row: row.end_x):
        if not columns or row.end_x - columns[-1][-1].end_x > 2 * APART:
            columns.append([])
        columns[-1].append(row)
    moved = {}
    for column in columns:
        column.sort(key=lambda row: row.end_y)
        places = spread([row.end_y for row in column], APART, frame.top, frame.y_end)
        for row, y in zip(column, places, strict=True):
            moved[row.series.number] = replace(row, end_y=round(y, 1))
    return tuple(moved[row.series.number] for row in drawn)


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places in the order of those wanted, which increase: at least so far apart and as near to them as may be.

    Those that would touch stand evenly around their mean, within low..high as long as there is room.

    >>> spread([10.0, 11.0, 50.0], 10, 0, 100)
    [5.5, 15.5, 50.0]
    """

    def held(mean: float, members: int) -> float:
        half = apart * (members - 1) / 2
        return max(low + half, min(high - half, mean))

    groups: list[
        tuple[float, int]
    ] = []  # (mean of what they want, members), each as wide as its members need
    for place in wanted:
        mean, members = place, 1
        while groups:
            before, others = groups[-1]
            if held(mean, members) - held(before, others) >= apart * (members + others) / 2:
                break
            mean = (mean * members + before * others) / (members + others)
            members += others
            groups.pop()
        groups.append((mean, members))
    return [
        held(mean, members) + apart * (index - (members - 1) / 2)
        for mean, members in groups
        for index in range(members)
    ]


def _path(frame: Frame, line: Line, *, stepped: bool) -> str:
    if not line:
        return ""
    (x, y), *rest = line
    start = f"M{frame.x(x):.1f} {frame.y(y):.1f}"
    if not rest:
        return start + "h0"
    if stepped:
        return start + "".join(f"H{frame.x(x):.1f}V{frame.y(y):.1f}" for x, y in rest)
    return start + "".join(f"L{frame.x(x):.1f} {frame.y(y):.1f}" for x, y in rest)


def _area(frame: Frame, points: Sequence[BandPoint], *, stepped: bool) -> str:
    if not points:
        return ""
    there = _path(frame, [(point.x, point.high) for point in points], stepped=stepped)
    back = [f"{frame.x(point.x):.1f} {frame.y(point.low):.1f}" for point in points]
    if stepped:  # the way back goes down before it goes left
        corners = zip(points[1:], points, strict=False)
        between = [f"{frame.x(later.x):.1f} {frame.y(sooner.low):.1f}" for later, sooner in corners]
        back = [place for pair in zip(back, [*between, back[-1]], strict=True) for place in pair]
    return f"{there}L{'L'.join(reversed(back))}Z"


def plots_json(drawn: Sequence[Plot], axis: str) -> list[dict[str, Any]]:
    """The pictures, and what is read out of them: [[x…], [y…]] for each line, [[x…], [low…], [middle…], [high…]] for a
    band."""
    return [
        {
            "name": plot.name,
            "range": [plot.frame.x_max, plot.frame.y_min, plot.frame.y_max],
            "first": plot.frame.x_min,
            "series": [_series_json(row.series, plot.name) for row in plot.drawn],
            "svg": render_to_string("shared/trajectories.svg", {"plot": plot, "axis": axis}).strip(),
        }
        for plot in drawn
    ]


def _series_json(series: Series, name: str) -> dict[str, Any]:
    digits = 0 if name == "parameters" else 5
    points = series.bands.get(name, [])
    return {
        "number": series.number,
        "lines": [
            [[round(x, 2) for x, _ in line], [round(y, digits) for _, y in line]]
            for line in series.lines[name]
        ],
        "band": [[round(value, 5) for value in column] for column in zip(*points, strict=True)],
    }
