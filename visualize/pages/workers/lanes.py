"""Lanes of the workers as a picture: bars for trainings, hatched stretches for gaps, a clock below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from search.models import Experiment
from search.selectors.worker_lanes import Gap, Lane, Lanes, Training, worker_lanes
from visualize.charts.short_names import short_names
from visualize.style.formats import duration
from visualize.style.palette import tone

WINDOWS = {"1": "1 hour", "6": "6 hours", "24": "1 day", "168": "7 days"}
"""Hours as the address names them."""
WIDTH, LEFT, ROW, PAD = 1100.0, 150.0, 16.0, 10.0
TICKS = 6
LEGEND_CHARACTERS = 36


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    classes: str
    title: str
    experiment: int | None
    step: int | None


@dataclass(frozen=True)
class Stretch:
    x: float
    width: float
    title: str
    is_idle: bool


@dataclass(frozen=True)
class DrawnLane:
    name: str
    busy: float
    offers: str
    top: float
    height: float
    bars: list[Bar]
    gaps: list[Stretch]
    longest: list[Gap]
    """The longest gaps, for the table beside the picture."""
    trainings: int


@dataclass(frozen=True)
class TimePicture:
    lanes: list[DrawnLane]
    height: float
    ticks: list[tuple[float, datetime]]
    hours: str
    windows: Mapping[str, str]
    legend: list[tuple[str, str, str, int]]
    """Name, short name, class and key of the experiments with most trainings."""
    left_out: bool
    has_clock: bool

    width, left = WIDTH, LEFT

    @property
    def bottom(self) -> float:
        return self.height - 24


def time_picture(query: Mapping[str, Any]) -> TimePicture:
    """Of the hours that the address names; nonsense in it is one hour."""
    asked = str(query.get("hours", ""))
    hours = asked if asked in WINDOWS else "1"
    found = worker_lanes(timedelta(hours=int(hours)))
    looks = {key: f"tone-{tone(place)}" for place, key in enumerate(found.experiments, start=1)}
    lanes, top = [], PAD
    for lane in found.lanes:
        drawn = _lane(lane, found, looks, top)
        lanes.append(drawn)
        top += drawn.height + PAD
    return TimePicture(
        lanes=lanes,
        height=top + 24,
        ticks=[(_x(moment, found), moment) for moment in _moments(found)],
        hours=hours,
        windows=WINDOWS,
        legend=_legend(found.experiments[:6], looks),
        left_out=found.left_out,
        has_clock=int(hours) <= 24,
    )


def _legend(keys: Sequence[int], looks: Mapping[int, str]) -> list[tuple[str, str, str, int]]:
    names = dict(Experiment.objects.filter(pk__in=keys).values_list("pk", "name"))
    kept = [key for key in keys if key in names]
    short = short_names([names[key] for key in kept], LEGEND_CHARACTERS)
    return [(names[key], words, looks[key], key) for key, words in zip(kept, short, strict=True)]


def _lane(lane: Lane, found: Lanes, looks: Mapping[int, str], top: float) -> DrawnLane:
    bars = [
        _bar(training, found, looks, top + ROW * row)
        for row, trainings in enumerate(lane.rows)
        for training in trainings
    ]
    gaps = []
    for gap in lane.gaps:
        left, right = _x(gap.began, found), _x(gap.ended, found)
        title = f"{duration(gap.length)}: {gap.reason}"
        gaps.append(Stretch(left, round(right - left, 1), title, gap.is_idle))
    idle = sorted((gap for gap in lane.gaps if gap.is_idle), key=lambda gap: -gap.length)
    height = ROW * max(1, len(lane.rows))
    return DrawnLane(lane.worker, lane.busy, lane.offers, top, height, bars, gaps, idle[:3], len(bars))


def _bar(training: Training, found: Lanes, looks: Mapping[int, str], y: float) -> Bar:
    left, right = _x(training.began, found), _x(training.ended, found)
    said = [duration(training.seconds)]
    if training.state != "done":
        said.append("in training" if training.state == "running" else training.reason or training.state)
    if training.waited is not None:
        said.append(f"waited {duration(training.waited)}")
    if training.device:
        said.append(training.device)
    name = f"#{training.step} of experiment {training.experiment}: " if training.step is not None else ""
    look = looks.get(training.experiment or 0, "nobody")
    return Bar(
        left,
        y,
        max(1.2, round(right - left, 1)),
        f"{training.state} {look}",
        name + ", ".join(said),
        training.experiment,
        training.step,
    )


def _x(moment: datetime, found: Lanes) -> float:
    share = (moment - found.since) / (found.until - found.since)
    return round(LEFT + (WIDTH - LEFT - 12) * min(1.0, max(0.0, share)), 1)


def _moments(found: Lanes) -> list[datetime]:
    step = (found.until - found.since) / TICKS
    return [found.since + step * place for place in range(1, TICKS + 1)]
