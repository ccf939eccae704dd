"""Figure 4: gain of fitness and of test accuracy along one evolution, as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.models import Experiment
from search.selectors.evolution_gain import EvolutionGain, GainLine, GainPoint, evolution_gain
from visualize.charts import series
from visualize.charts.frame import Frame, Tick
from visualize.style.formats import count, points
from visualize.style.host_words import host_words

WIDTH, HEIGHT = 720, 320
MOST_LINES = 8
"""More do not differ by colour."""
LEAST_ROOM = 0.005
MOST_OF = 0.75
WIDE = 0.05
"""Range of gains whose ticks are whole points."""


@dataclass(frozen=True)
class Dot:
    """One network's test accuracy, in units of the picture."""

    x: float
    y: float
    bar: str
    """Path of one standard error to either side; empty where it is not known."""
    title: str


@dataclass(frozen=True)
class DrawnLine:
    """A series: its path, and dots of networks that were scored."""

    number: int
    title: str
    note: str
    path: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class GainChart:
    frame: Frame
    lines: tuple[DrawnLine, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    zero: float
    initial_end: float | None
    """Where the initial population ends; None where that is past the last step."""
    initial_anchor: str
    """Which end of its words stands there, so that they stay in the picture."""


def gain_of(experiment: Experiment) -> GainChart | None:
    """Of a search; None while no final protocol has scored its first network and one that was the best after it."""
    found = evolution_gain(experiment)
    if found is None:
        return None
    initial = experiment.configuration.strategy.initial_population
    return gain_chart(found, last_step=max(1, experiment.proposed - 1), initial=initial)


def gain_chart(found: EvolutionGain, *, last_step: int, initial: int) -> GainChart:
    """`last_step`: to which the best network stayed the best. `initial`: networks of the initial population."""
    everything = [*found.fitness, *(point for line in found.lines for point in line.points)]
    low = min(0.0, *(point.gain - (point.error or 0.0) for point in everything))
    high = max(0.0, *(point.gain + (point.error or 0.0) for point in everything))
    room = max(LEAST_ROOM, 0.06 * (high - low))
    frame = Frame(WIDTH, HEIGHT, 60, 24, 12, 26, max(1, last_step), low - room, high + room)
    digits = 0 if high - low > WIDE else 1
    drawn = [DrawnLine(1, "fitness in the search", "", _steps(frame, found.fitness, last_step), ())]
    drawn += [
        _line(frame, number, line) for number, line in enumerate(found.lines[: MOST_LINES - 1], start=2)
    ]
    return GainChart(
        frame,
        tuple(drawn),
        tuple(Tick(round(frame.x(at), 1), count(int(at))) for at in series.ticks(0, frame.x_max, 6)),
        tuple(
            Tick(round(frame.y(at), 1), points(at, digits))
            for at in series.ticks(frame.y_min, frame.y_max, 6)
        ),
        round(frame.y(0), 1),
        round(frame.x(initial - 0.5), 1) if 0 < initial <= last_step else None,
        "end" if initial > MOST_OF * last_step else "start",
    )


def _line(frame: Frame, number: int, line: GainLine) -> DrawnLine:
    path = "M" + "L".join(f"{frame.x(point.step):.1f} {frame.y(point.gain):.1f}" for point in line.points)
    runs = int(line.protocol["repeats"])
    note = f"{len(line.points)} networks, {runs} run{'' if runs == 1 else 's'} each"
    if line.agreement is not None:
        found = line.agreement
        note += f"; Kendall's tau with fitness {found.tau:.2f} (95 % interval {found.low:.2f} to {found.high:.2f})"
    title = f"test accuracy: {host_words(line.protocol)}"
    return DrawnLine(number, title, note, path, tuple(_dot(frame, point) for point in line.points))


def _dot(frame: Frame, point: GainPoint) -> Dot:
    x, y = round(frame.x(point.step), 1), round(frame.y(point.gain), 1)
    bar = ""
    if point.error:
        bar = f"M{x} {frame.y(point.gain - point.error):.1f}V{frame.y(point.gain + point.error):.1f}"
    return Dot(x, y, bar, f"#{point.step}: {points(point.gain)} points")


def _steps(frame: Frame, found: Sequence[GainPoint], last_step: int) -> str:
    """Each value holds to the next; a later completion may have an earlier step: the axis never goes back."""
    path, reached = "", 0
    for point in found:
        reached = max(reached, point.step)
        x, y = frame.x(reached), frame.y(point.gain)
        path += f"H{x:.1f}V{y:.1f}" if path else f"M{x:.1f} {y:.1f}"
    return f"{path}H{frame.x(max(reached, last_step)):.1f}"
