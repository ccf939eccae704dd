"""Series of trajectory plots from searches: one search, or several seeds of one configuration with their band."""

from collections.abc import Sequence

from search.models import Experiment
from search.selectors.comparison import cached_course
from visualize.charts import trajectories
from visualize.charts.series import median_window
from visualize.charts.trajectories import Axis, Spread, Stretch, Trajectory
from visualize.charts.trajectory_plots import Series

TONES, DASHES = 8, 3
"""With four solid, four dashed and four dotted lines in turn, 24 lines differ (static/css/compare.css)."""


def trajectory_of(experiment: Experiment, axis: Axis, stretch: Stretch | None = None) -> Trajectory:
    """`stretch`: what is shown of the axis; None: all of it."""
    found = cached_course(experiment)
    window = median_window(experiment.individuals_planned // found.stride)
    return trajectories.lines(found.marks, axis, window, stretch)


def tone_of(number: int) -> int:
    """Colour of the line with that number, from 1."""
    return (number - 1) % TONES + 1


def dash_of(number: int) -> int:
    return (number - 1) // 4 % DASHES


def series_of(
    number: int, name: str, runs: Sequence[Trajectory], spread: Spread, stretch: Stretch | None = None
) -> Series:
    """One line, or a band over several runs."""
    lines = {quantity: [run.line(quantity) for run in runs] for quantity in trajectories.QUANTITIES}
    bands = {quantity: trajectories.band(found, spread, stretch) for quantity, found in lines.items()}
    return Series(
        number=number,
        tone=tone_of(number),
        dash=dash_of(number),
        name=name,
        lines=lines,
        bands=bands if len(runs) > 1 else {},
    )
