"""Figures of a study: a line, or a band over seeds, for each of some configurations."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.selectors.studies import ArmResult
from visualize.charts.search_series import dash_of, series_of, tone_of, trajectory_of
from visualize.charts.trajectories import Axis
from visualize.charts.trajectory_plots import Plot, plots

MOST_LINES = 24
"""More do not differ by colour and dashes."""


@dataclass(frozen=True)
class Key:
    """A line of the figure and what it stands for."""

    number: int
    title: str
    runs: int

    @property
    def tone(self) -> int:
        return tone_of(self.number)

    @property
    def dash(self) -> int:
        return dash_of(self.number)


@dataclass(frozen=True)
class Figure:
    """Current fitness, best so far and parameters over one axis."""

    keys: tuple[Key, ...]
    plots: tuple[Plot, ...]


def figure_of(
    arms: Sequence[tuple[int, str, ArmResult]], axis: Axis, *, initial: int | None = None
) -> Figure | None:
    """Of (number, title, configuration); None while none of them has a network. `initial`: networks of the initial
    population, marked on the axis of steps."""
    keys, series = [], []
    for number, title, arm in arms[:MOST_LINES]:
        searches = [cell.experiment for cell in arm.cells if cell.experiment]
        runs = [trajectory_of(one, axis) for one in searches if one.population]
        if runs:
            keys.append(Key(number, title, len(runs)))
            series.append(series_of(number, title, runs, "range"))
    return Figure(tuple(keys), tuple(plots(series, axis, initial=initial))) if series else None
