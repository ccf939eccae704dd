"""The league's figure: regret against trainings, a line for each strategy, and the band between the quartiles of the
first and of random search: nine bands over each other hide every line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from visualize.charts import series
from visualize.charts.frame import Frame, Tick
from visualize.style.formats import count

TONES = 8
APART = 14.0
"""Units between the numbers at the ends of two lines."""
DRAWN_FROM = 5
"""Trainings: before, all strategies have only random networks, whose regrets would press the rest to the bottom."""


@dataclass(frozen=True)
class RegretLine:
    """One strategy."""

    number: int
    """Its place in the league; stands at the line's end."""
    tone: int
    dash: int
    line: str
    area: str
    """Empty: no band is drawn."""
    end_y: float


@dataclass(frozen=True)
class RegretChart:
    """Paths are values of the `d` attribute."""

    frame: Frame
    lines: tuple[RegretLine, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def look(place: int) -> tuple[int, int]:
    """(tone, dash) of the strategy at that place of the league, from 0."""
    return place % TONES + 1, place // 4 % 3


def regret_chart(standings: Sequence[Mapping[str, Any]]) -> RegretChart:
    """Of the league's rows in their order."""
    bands = [_later(row["regret"]) for row in standings]
    shown = [place == 0 or row["kind"] == "random" for place, row in enumerate(standings)]
    tops = [max(band["high"] if banded else band["mean"]) for band, banded in zip(bands, shown, strict=True)]
    most = 100 * max(tops)
    frame = Frame(940, 340, 52, 34, 10, 26, max(band["trainings"][-1] for band in bands), 0.0, max(most, 0.1))
    ends = [frame.y(100 * band["mean"][-1]) for band in bands]
    return RegretChart(
        frame,
        tuple(
            RegretLine(
                place + 1,
                *look(place),
                _line(frame, band["trainings"], band["mean"]),
                _area(frame, band) if shown[place] else "",
                round(end, 1),
            )
            for place, (band, end) in enumerate(zip(bands, _apart(ends, frame), strict=True))
        ),
        tuple(Tick(round(frame.x(x), 1), count(int(x))) for x in series.ticks(0, frame.x_max, 8)),
        tuple(Tick(round(frame.y(y), 1), f"{y:g}") for y in series.ticks(0, frame.y_max, 6)),
    )


def _later(band: Mapping[str, Any]) -> dict[str, Any]:
    """The band from DRAWN_FROM on; whole where it ends before."""
    first = next((place for place, count in enumerate(band["trainings"]) if count >= DRAWN_FROM), 0)
    return {name: values[first:] for name, values in band.items()}


def _apart(ends: Sequence[float], frame: Frame) -> list[float]:
    """From the lowest number upwards, none closer than APART to the one before."""
    places = [0.0] * len(ends)
    free = frame.y_end
    for index in sorted(range(len(ends)), key=lambda index: -ends[index]):
        places[index] = min(ends[index], free)
        free = places[index] - APART
    return places


def _line(frame: Frame, trainings: Sequence[int], values: Sequence[float]) -> str:
    return "M" + "L".join(
        f"{frame.x(x):.1f} {frame.y(100 * y):.1f}" for x, y in zip(trainings, values, strict=True)
    )


def _area(frame: Frame, band: Mapping[str, Any]) -> str:
    back = _line(frame, band["trainings"][::-1], band["low"][::-1])
    return f"{_line(frame, band['trainings'], band['high'])}L{back[1:]}Z"
