"""Predicted against found: a point for each network, and the line on which both are the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.charts import series
from visualize.charts.frame import Frame, Tick
from visualize.style.formats import short_per_cent

WIDTH, HEIGHT = 460, 300
LEAST_SPAN = 0.02


@dataclass(frozen=True)
class Agreement:
    """Values of the `d` attribute, and the ticks of both axes, which have the same range."""

    frame: Frame
    count: int
    dots: str
    diagonal: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def agreement(rows: Sequence[Sequence[float]]) -> Agreement | None:
    """Of (step, predicted, found), both fractions; None where there is nothing to see."""
    if len(rows) < 2:
        return None
    values = [value for _, predicted, found in rows for value in (predicted, found)]
    low, high = min(values), max(values)
    room = max(LEAST_SPAN, high - low) * 0.06
    low, high = low - room, max(high, low + LEAST_SPAN) + room
    frame = Frame(WIDTH, HEIGHT, 52, 12, 10, 26, high - low, low, high)
    ticks = series.ticks(low, high, 5)
    return Agreement(
        frame=frame,
        count=len(rows),
        dots="".join(
            f"M{frame.x(predicted - low):.1f} {frame.y(found):.1f}h0" for _, predicted, found in rows
        ),
        diagonal=f"M{frame.x(0):.1f} {frame.y(low):.1f}L{frame.x_end:.1f} {frame.y(high):.1f}",
        x_ticks=tuple(Tick(round(frame.x(tick - low), 1), short_per_cent(tick)) for tick in ticks),
        y_ticks=tuple(Tick(round(frame.y(tick), 1), short_per_cent(tick)) for tick in ticks),
    )
