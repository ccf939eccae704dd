"""Results of study `time-to-quality`: best so far against device hours on a logarithmic axis, and when each fitness was
reached."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from search.selectors.studies import StudyResults
from search.selectors.study_quality import ArmQuality, quality_of
from visualize.charts import trajectories
from visualize.charts.frame import Tick
from visualize.charts.search_series import dash_of, tone_of
from visualize.charts.trajectories import Line
from visualize.charts.trajectory_plots import Plot, Series, plots
from visualize.pages.studies.figures import MOST_LINES, Figure, Key
from visualize.style.formats import DASH, NO_BREAK, duration

SECONDS = 3600
LEAST_HOURS = 1e-8
"""Less than any training takes: a logarithm needs an end."""
TICKS = ((1.2, (1, 2, 3, 5, 7)), (2.5, (1, 2, 5)))
"""Decades of an axis up to which these multiples of a power of ten have ticks; longer ones have the powers alone."""


@dataclass(frozen=True)
class QualityRow:
    """One configuration: how long each fitness took, in words."""

    number: int
    title: str
    times: tuple[str, ...]


def quality_context(results: StudyResults) -> dict[str, Any]:
    """What the page of this kind shows besides."""
    found = quality_of(results)
    return {
        "quality_rows": [
            QualityRow(
                number,
                row.arm.title,
                tuple(_time(one.hours, one.seeds, len(row.lines)) for one in row.reached),
            )
            for number, row in enumerate(found, start=1)
        ],
        "quality_targets": [one.fitness for one in found[0].reached] if found else [],
        "quality_figure": quality_figure(found),
    }


def quality_figure(found: Sequence[ArmQuality]) -> Figure | None:
    """One line, or a band over seeds, for each configuration; None while none has a network."""
    shown = [(number, row) for number, row in enumerate(found, start=1) if row.lines][:MOST_LINES]
    starts = [line[0][0] for _, row in shown for line in row.lines]
    if not starts:
        return None
    low = math.floor(math.log10(max(LEAST_HOURS, min(starts))))
    series = [_series(number, row, low) for number, row in shown]
    best = next(plot for plot in plots(series, "seconds") if plot.name == "best")
    keys = tuple(Key(number, row.arm.title, len(row.lines)) for number, row in shown)
    return Figure(keys, (_logarithmic(best, low),))


def _series(number: int, row: ArmQuality, low: int) -> Series:
    lines = [_corners([(_place(hours, low), best) for hours, best in line]) for line in row.lines]
    bands = {"best": trajectories.band(lines, "range")} if len(lines) > 1 else {}
    return Series(
        number=number,
        tone=tone_of(number),
        dash=dash_of(number),
        name=row.arm.title,
        lines={"fitness": [], "best": lines, "parameters": []},
        bands=bands,
    )


def _place(hours: float, low: int) -> float:
    """Decades from the left end of the axis."""
    return math.log10(max(LEAST_HOURS, hours)) - low


def _corners(line: Line) -> Line:
    """Where it rises, and its end."""
    return [
        point
        for index, point in enumerate(line)
        if index in (0, len(line) - 1) or point[1] > line[index - 1][1]
    ]


def _logarithmic(plot: Plot, low: int) -> Plot:
    """With the device time at the ticks."""
    decades = plot.frame.x_max
    factors = next((multiples for most, multiples in TICKS if decades <= most), (1,))
    places = [
        (decade + math.log10(factor), factor * 10.0 ** (decade + low))
        for decade in range(math.ceil(decades) + 1)
        for factor in factors
    ]
    ticks = tuple(
        Tick(round(plot.frame.x(place), 1), hours_words(hours)) for place, hours in places if place <= decades
    )
    return replace(plot, note="fitness, against device hours, logarithmic", x_ticks=ticks)


def hours_words(hours: float) -> str:
    """0.005 -> 0.005 h, 20 -> 20 h"""
    return f"{hours:.10g}{NO_BREAK}h"


def _time(hours: float | None, seeds: int, of: int) -> str:
    if hours is None:
        return DASH if not seeds else f"{DASH} ({seeds} of {of})"
    return duration(SECONDS * hours) if seeds == of else f"{duration(SECONDS * hours)} ({seeds} of {of})"
