"""Learning curves of one evaluation as a still SVG chart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from visualize.charts import series as curves
from visualize.charts.frame import Frame, Tick
from visualize.charts.stretches import cut_line, held
from visualize.charts.trajectories import Stretch
from visualize.style.formats import count, short_per_cent

NAME_HEIGHT = 11.0

Points = Sequence[Mapping[str, Any]]
"""{step, loss, train_accuracy, validation_accuracy, seconds}, null where not measured."""


@dataclass(frozen=True)
class CurveLine:
    """One repeat. `d` values of paths; an empty one has nothing to show."""

    repeat: int
    validation: str
    training: str
    end_x: float
    end_y: float
    """Where its number stands: beside its end, moved so that numbers do not lie on each other."""


@dataclass(frozen=True)
class LearningCurves:
    frame: Frame
    lines: tuple[CurveLine, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    end: float
    """Of the axis when all is shown."""

    @property
    def zoomed(self) -> bool:
        return (self.frame.x_min, self.frame.x_max) != (0, self.end)


def learning_curves(
    repeats: Sequence[tuple[int, Points]], *, steps: int, stretch: Stretch | None = None
) -> LearningCurves | None:
    """Accuracy against training step, of `steps`, for each (number of the repeat, its points).

    `stretch`: the steps that are shown, None for all. None when nothing was measured.
    """
    measured = [
        (repeat, _series(points, "validation_accuracy"), _series(points, "train_accuracy"))
        for repeat, points in repeats
    ]
    values = [value for _, validation, training in measured for _, value in (*validation, *training)]
    if not values:
        return None
    last = max(steps, *(step for _, validation, training in measured for step, _ in (*validation, *training)))
    whole = (0.0, float(max(1, last)))
    left, right = held(stretch, whole) if stretch else whole
    if (left, right) != whole:
        measured = [
            (repeat, _cut(validation, (left, right)), _cut(training, (left, right)))
            for repeat, validation, training in measured
        ]
        values = [
            value for _, validation, training in measured for _, value in (*validation, *training)
        ] or values
    low = max(0.0, math.floor(min(values) * 10) / 10)
    frame = Frame(
        620, 240, 46, 26, 10, 24, right, low, max(math.ceil(max(values) * 20) / 20, low + 0.1), left
    )
    return LearningCurves(
        frame=frame,
        lines=_apart([_line(frame, *row) for row in measured if row[1] or row[2]], frame),
        x_ticks=tuple(
            Tick(round(frame.x(value), 1), count(int(value)))
            for value in curves.ticks(frame.x_min, frame.x_max, 6)
        ),
        y_ticks=tuple(
            Tick(round(frame.y(value), 1), short_per_cent(value))
            for value in curves.ticks(frame.y_min, frame.y_max, 5)
        ),
        end=whole[1],
    )


Series = list[tuple[float, float]]


def _cut(series: Series, stretch: Stretch) -> Series:
    return cut_line(series, stretch, stepped=False)


def _series(points: Points, field: str) -> Series:
    """(step, value) where it was measured and is a number."""
    return [
        (float(point.get("step") or 0), float(point[field]))
        for point in points
        if isinstance(point.get(field), int | float) and math.isfinite(point[field])
    ]


def _line(frame: Frame, repeat: int, validation: Series, training: Series) -> CurveLine:
    step, value = (validation or training or [(0.0, frame.y_min)])[-1]
    x, y = round(frame.x(step), 1), round(frame.y(value), 1)
    return CurveLine(repeat, _path(frame, validation), _path(frame, training), x, y)


def _apart(lines: Sequence[CurveLine], frame: Frame) -> tuple[CurveLine, ...]:
    """From the bottom up each number stands at least a line's height above the last."""
    lowest, placed = frame.y_end, []
    for line in sorted(lines, key=lambda line: -line.end_y):
        placed.append(replace(line, end_y=min(line.end_y, lowest)))
        lowest = placed[-1].end_y - NAME_HEIGHT
    return tuple(sorted(placed, key=lambda line: line.repeat))


def _path(frame: Frame, series: Series) -> str:
    """A single point is a stroke of no length: its round cap shows."""
    if not series:
        return ""
    places = [f"{frame.x(step):.1f} {frame.y(value):.1f}" for step, value in series]
    return f"M{places[0]}h0" if len(places) == 1 else "M" + "L".join(places)
