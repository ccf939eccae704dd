"""Live curves of an experiment: all points for the first picture, then only new ones."""

from dataclasses import dataclass, replace
from typing import Any

from search import selectors
from search.models import Experiment, ExperimentState
from search.selectors import progress as progress_selectors
from search.selectors.curve_deltas import MOST_FAILED, Cursor, curve_delta
from visualize.charts import frame, series
from visualize.charts.series import Before, Point
from visualize.style.formats import count, per_cent

PAGE = 10_000
"""Completions in one answer."""
DOTS = 5_000
"""Points of the whole curve beyond which answers are thinned."""
LONGEST_LINE = 2_000
"""Values of a smooth line over the whole search; an answer with a part of it has its part of them."""
WHOLE = 500
"""As few new points, as a page that follows gets them, are sent as they are."""
STILL = 3_000
"""A picture drawn by the server looks at no more individuals than this."""


def delta(experiment: Experiment, after: str) -> dict[str, Any]:
    """The answer of the curves' address. Raises BadCursor."""
    found = curve_delta(experiment, after, limit=PAGE)
    window = series.median_window(experiment.individuals_planned)
    new = [Point(row.step, row.fitness, row.parameters, row.completion, "done") for row in found.points]
    drawn = series.lines(new, window, _before(experiment.pk, found.since, window))
    failed = [Point(step, None, parameters, None, "failed") for step, parameters in found.failed]
    share = min(1.0, DOTS / max(1, experiment.population))
    shown = series.thin(new, max(WHOLE, int(share * len(new)))) if share < 1 else new
    longest = max(50, LONGEST_LINE * len(new) // max(1, experiment.population))
    longest = WHOLE if len(new) <= WHOLE else longest
    return {
        "anew": found.anew,
        "cursor": str(replace(found.cursor, step=drawn.after.step)),
        "state": experiment.state,
        "open": experiment.state in (ExperimentState.DRAFT, ExperimentState.RUNNING, ExperimentState.PAUSED),
        "more": found.more,
        "thinned": len(shown) < len(new),
        "window": window,
        "points": [_row(point) for point in [*shown, *failed]],
        "best": _line(drawn.best, 5),
        "median": _line(series.thin_line(drawn.median, longest), 5),
        "parameters_median": _line(series.thin_line(drawn.parameters_median, longest), 0),
    }


@dataclass(frozen=True)
class StillCurves:
    """The curves as the page is first drawn. Charts are None while there is nothing to draw."""

    state: str
    window: int
    label: str
    empty: str
    told: str = ""
    """What is drawn beside dots and lines, in words."""
    fitness: frame.Chart | None = None
    parameters: frame.Chart | None = None

    @property
    def widest(self) -> int:
        """The most individuals under the median that a person may choose: an odd number."""
        return 4 * self.window + 1


def still(experiment: Experiment, initial: int) -> StillCurves:
    """A picture of everything so far. `initial`: steps of the initial population."""
    window = series.median_window(experiment.individuals_planned)
    open_ = experiment.state in (ExperimentState.DRAFT, ExperimentState.RUNNING, ExperimentState.PAUSED)
    sampled = progress_selectors.sampled_points(experiment, limit=STILL)
    members = [Point(*row, "done") for row in sampled]
    if not members:
        return StillCurves("empty", window, "", _nothing(experiment))
    drawn = series.lines(members, window)
    failed = _failed(experiment)
    total = experiment.individuals_planned
    beside = _beside(initial, experiment.failed)
    label = (
        f"Fitness of {count(experiment.population)} individuals against their evolution step; "
        f"best so far {per_cent(experiment.best.fitness if experiment.best else None)}. "
        f"{beside}The table below holds the same values."
    )
    return StillCurves(
        state="streaming" if open_ else "done",
        window=window,
        label=label,
        empty="",
        told=beside,
        fitness=frame.fitness_chart([*members, *failed], drawn, total, initial),
        parameters=frame.parameters_chart(members, drawn, total, initial),
    )


def _beside(initial: int, failed: int) -> str:
    area = f"Shaded: the first {count(initial)} steps, the initial population. " if initial else ""
    ticks = f"Ticks at the lower edge: {count(failed)} failed. " if failed else ""
    return area + ticks


def _nothing(experiment: Experiment) -> str:
    if experiment.state in (ExperimentState.RUNNING, ExperimentState.PAUSED):
        failed = f" {count(experiment.failed)} failed so far." if experiment.failed else ""
        return f"The curve begins with the first trained network.{failed}"
    if experiment.state == ExperimentState.DRAFT:
        return "Start the search to see its curve grow."
    if experiment.failed:
        all_of_them = (
            "The only network" if experiment.failed == 1 else f"All {count(experiment.failed)} networks"
        )
        return f"{all_of_them} failed: there is no fitness to draw."
    return "No network was evaluated."


def _failed(experiment: Experiment) -> list[Point]:
    if not experiment.failed:
        return []
    rows = progress_selectors.failed_steps(experiment.pk, limit=MOST_FAILED)
    return [Point(step, None, parameters, None, "failed") for step, parameters in rows]


def _before(experiment_id: int, cursor: Cursor, window: int) -> Before:
    if not cursor.completions:
        return series.START
    keep = min(window - 1, cursor.completions)
    rows = selectors.curve_points(experiment_id, after=cursor.completions - 1 - keep, limit=keep)
    return Before(
        step=cursor.step or 0,
        best=rows[-1].best if rows else None,
        fitness=tuple(row.fitness for row in rows),
        parameters=tuple(row.parameters for row in rows),
    )


def _row(point: Point) -> list[Any]:
    fitness = None if point.fitness is None else round(point.fitness, 5)
    return [point.step, fitness, point.parameters, point.completion, point.state]


def _line(line: series.Line, digits: int) -> list[list[float]]:
    return [[step, round(value, digits)] for step, value in line]
