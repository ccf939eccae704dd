"""An experiment's curves: all of them for the first picture, and only what is new for a page that follows.

A cursor is `completion.failed.step`: the highest place in the order of completion that was sent, how many failed
ones were known, and the step that the lines have reached. Individuals that finish out of order are never missed,
because places are given as they finish. Failed ones have no place; when their number has changed all are sent again.
"""

import re
from dataclasses import dataclass
from typing import Any

from search import selectors
from search.models import Experiment, ExperimentState
from search.selectors import progress as progress_selectors
from visualize import charts, curves
from visualize.curves import Before, Point
from visualize.formats import count, per_cent

PAGE = 10_000
"""Completions in one answer."""
DOTS = 5_000
"""Points of the whole curve beyond which answers are thinned."""
LONGEST_LINE = 2_000
"""Values of a smooth line over the whole search; an answer with a part of it has its part of them."""
WHOLE = 500
"""As few new points, as a page that follows gets them, are sent as they are."""
MOST_FAILED = 1_000
STILL = 3_000
"""A picture drawn by the server looks at no more individuals than this."""

_CURSOR = re.compile(r"^(-1|\d{1,9})\.(\d{1,9})\.(\d{1,9})$")


class BadCursor(ValueError):
    """A cursor that no answer gave."""


@dataclass(frozen=True)
class Cursor:
    completion: int = -1
    failed: int = 0
    step: int = 0

    def __str__(self) -> str:
        return f"{self.completion}.{self.failed}.{self.step}"


def read_cursor(text: str) -> Cursor:
    """The empty text is the beginning. Raises BadCursor."""
    if not text:
        return Cursor()
    match = _CURSOR.match(text)
    if match is None:
        raise BadCursor(f"after={text!r} is no cursor: send the one of the last answer, or nothing for all")
    return Cursor(*map(int, match.groups()))


def delta(experiment: Experiment, after: str) -> dict[str, Any]:
    """The answer of the curves' address. Raises BadCursor."""
    cursor = read_cursor(after)
    window = curves.median_window(experiment.individuals_planned)
    new = _points(experiment.pk, cursor.completion, PAGE)
    drawn = curves.lines(new, window, _before(experiment.pk, cursor, window))
    failed = _failed(experiment) if experiment.failed != cursor.failed else []
    share = min(1.0, DOTS / max(1, experiment.population))
    shown = curves.thin(new, max(WHOLE, int(share * len(new)))) if share < 1 else new
    longest = max(50, LONGEST_LINE * len(new) // max(1, experiment.population))
    longest = WHOLE if len(new) <= WHOLE else longest
    last = Cursor(cursor.completion + len(new), experiment.failed, drawn.after.step)
    return {
        "cursor": str(last),
        "state": experiment.state,
        "open": experiment.state in (ExperimentState.DRAFT, ExperimentState.RUNNING, ExperimentState.PAUSED),
        "more": len(new) == PAGE,
        "thinned": len(shown) < len(new),
        "window": window,
        "points": [_row(point) for point in [*shown, *failed]],
        "best": _line(drawn.best, 5),
        "median": _line(curves.thin_line(drawn.median, longest), 5),
        "parameters_median": _line(curves.thin_line(drawn.parameters_median, longest), 0),
    }


@dataclass(frozen=True)
class Still:
    """The curves as the page is first drawn. Charts are None while there is nothing to draw."""

    state: str
    window: int
    label: str
    empty: str
    fitness: charts.Chart | None = None
    parameters: charts.Chart | None = None


def still(experiment: Experiment) -> Still:
    """A picture of everything so far."""
    window = curves.median_window(experiment.individuals_planned)
    open_ = experiment.state in (ExperimentState.DRAFT, ExperimentState.RUNNING, ExperimentState.PAUSED)
    sampled = progress_selectors.sampled_points(experiment, limit=STILL)
    members = [Point(*row, "done") for row in sampled]
    if not members:
        return Still("empty", window, "", _nothing(experiment))
    drawn = curves.lines(members, window)
    failed = _failed(experiment)
    total = experiment.individuals_planned
    label = (
        f"Fitness of {count(experiment.population)} individuals against their evolution step; "
        f"best so far {per_cent(experiment.best.fitness if experiment.best else None)}. "
        "The table below holds the same values."
    )
    return Still(
        state="streaming" if open_ else "done",
        window=window,
        label=label,
        empty="",
        fitness=charts.fitness_chart([*members, *failed], drawn, total),
        parameters=charts.parameters_chart(members, drawn, total),
    )


def _nothing(experiment: Experiment) -> str:
    if experiment.state == ExperimentState.RUNNING:
        return "The curve begins with the first trained network."
    if experiment.state == ExperimentState.DRAFT:
        return "Start the search to see its curve grow."
    return "No network was evaluated."


def _points(experiment_id: int, after: int, limit: int) -> list[Point]:
    rows = selectors.curve_points(experiment_id, after=after, limit=limit)
    return [Point(row.step, row.fitness, row.parameters, row.completion, "done") for row in rows]


def _failed(experiment: Experiment) -> list[Point]:
    if not experiment.failed:
        return []
    rows = progress_selectors.failed_steps(experiment.pk, limit=MOST_FAILED)
    return [Point(step, None, parameters, None, "failed") for step, parameters in rows]


def _before(experiment_id: int, cursor: Cursor, window: int) -> Before:
    if cursor.completion < 0:
        return curves.START
    keep = min(window - 1, cursor.completion + 1)
    rows = selectors.curve_points(experiment_id, after=cursor.completion - keep, limit=keep)
    return Before(
        step=cursor.step,
        best=rows[-1].best if rows else None,
        fitness=tuple(row.fitness for row in rows),
        parameters=tuple(row.parameters for row in rows),
    )


def _row(point: Point) -> list[Any]:
    fitness = None if point.fitness is None else round(point.fitness, 5)
    return [point.step, fitness, point.parameters, point.completion, point.state]


def _line(line: curves.Line, digits: int) -> list[list[float]]:
    return [[step, round(value, digits)] for step, value in line]
