"""What the page that compares experiments shows: which are chosen, how they went, and where they differ."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, cast

from django.http import QueryDict

from search.models import Experiment, ExperimentState
from search.selectors import comparison
from search.selectors.comparison import Course
from search.selectors.kept import kept
from visualize import configurations, courses
from visualize.compare_charts import Plot, Series, plots
from visualize.configurations import Field
from visualize.courses import Axis, Lines, Spread
from visualize.curves import median_window
from visualize.listing import Row

MOST = 40
"""Experiments on one page."""
OFFERED = 60
AXES: dict[str, str] = {
    "step": "evolution step",
    "evaluations": "networks trained",
    "seconds": "training time",
}
SPREADS: dict[str, str] = {"range": "least to most", "quartiles": "quartiles", "off": "each by itself"}


@dataclass(frozen=True)
class Asked:
    """The address's query, nonsense in it answered by what is usual."""

    ids: tuple[int, ...]
    axis: Axis
    spread: Spread
    name: str
    """Part of the names that the chooser offers."""

    @property
    def experiments(self) -> str:
        return ",".join(map(str, self.ids))


@dataclass(frozen=True)
class Run:
    """One experiment."""

    experiment: Experiment
    lines: Lines
    trained: int
    seconds: float
    """Spent on its own networks, each counted once, whether or not another experiment had trained them before."""

    @property
    def is_open(self) -> bool:
        return self.experiment.state in (ExperimentState.RUNNING, ExperimentState.PAUSED)


@dataclass(frozen=True)
class Group:
    """Experiments whose configurations differ by their seeds alone; often just one."""

    number: int
    runs: tuple[Run, ...]

    @property
    def name(self) -> str:
        return str(self.runs[0].experiment.name)

    @property
    def tone(self) -> int:
        return (self.number - 1) % 8 + 1

    @property
    def dash(self) -> int:
        """Four solid lines, four dashed, four dotted, and again: with the tones 24 that differ."""
        return (self.number - 1) // 4 % 3

    @property
    def repetitions(self) -> str:
        """How many independent ones there are: runs of one seed repeat each other."""
        seeds = {_seeds(run.experiment.config) for run in self.runs}
        if len(seeds) == len(self.runs):
            return f"{len(seeds)} seeds"
        return f"{len(self.runs)} runs of {len(seeds)} seed{'' if len(seeds) == 1 else 's'}"

    @property
    def best(self) -> tuple[float, float | None] | None:
        """Mean and standard deviation over its runs of the best fitness."""
        found = [run.experiment.best.fitness for run in self.runs if run.experiment.best]
        values = [value for value in found if value is not None]
        return (fmean(values), stdev(values) if len(values) > 1 else None) if values else None


def _seeds(config: Mapping[str, Any]) -> tuple[Any, Any]:
    """Of the search and of its trainings."""
    return config.get("seed"), config.get("protocol", {}).get("seed")


def asked(query: QueryDict) -> Asked:
    words = ",".join(query.getlist("experiments")).split(",")
    numbers = [int(word) for word in words if re.fullmatch(r"[0-9]{1,18}", word.strip())]
    axis, spread = query.get("x", ""), query.get("bands", "")
    return Asked(
        ids=tuple(dict.fromkeys(numbers))[:MOST],
        axis=cast(Axis, axis if axis in AXES else "step"),
        spread=cast(Spread, spread if spread in SPREADS else "range"),
        name=str(query.get("name", "")).strip()[:200],
    )


def compare_page(wanted: Asked) -> dict[str, Any]:
    groups = grouped(wanted)
    runs = [run for group in groups for run in group.runs]
    fields = configurations.fields([group.runs[0].experiment.config for group in groups])
    listed = _without_seeds(fields)
    return {
        "asked": wanted,
        "axes": AXES,
        "spreads": SPREADS,
        "groups": groups,
        "runs": runs,
        "plots": drawn(groups, wanted),
        "repeated": any(len(group.runs) > 1 for group in groups),
        "differing": [field for field in listed if field.differs],
        "common": [field for field in listed if not field.differs],
        "is_open": any(run.is_open for run in runs),
        "missing": [pk for pk in wanted.ids if pk not in {run.experiment.pk for run in runs}],
        "offered": offered(wanted, [run.experiment for run in runs]),
        "most": MOST,
    }


def grouped(wanted: Asked) -> list[Group]:
    """In the order asked for, repetitions of one configuration together."""
    together: dict[str, list[Experiment]] = {}
    for experiment in comparison.experiments_by_id(wanted.ids):
        key = str(experiment.pk)
        if wanted.spread != "off":
            key = configurations.repetition_key(experiment.config)
        together.setdefault(key, []).append(experiment)
    return [
        Group(number, tuple(_run(experiment, wanted.axis) for experiment in members))
        for number, members in enumerate(together.values(), start=1)
    ]


def offered(wanted: Asked, chosen: Sequence[Experiment]) -> list[Row]:
    """For the chooser: what is chosen, then the newest others with a result."""
    known = {experiment.pk for experiment in chosen}
    others = comparison.offered(name=wanted.name, limit=OFFERED)
    rows = [*chosen, *(experiment for experiment in others if experiment.pk not in known)]
    return [Row(experiment, experiment.evaluated, []) for experiment in rows]


def drawn(groups: Sequence[Group], wanted: Asked) -> list[Plot]:
    return plots([_series(group, wanted) for group in groups], wanted.axis)


def _run(experiment: Experiment, axis: Axis) -> Run:
    found: Course = kept("course", experiment, lambda: comparison.course(experiment))
    window = median_window(experiment.individuals_planned // found.stride)
    last = found.marks[-1] if found.marks else None
    return Run(
        experiment=experiment,
        lines=courses.lines(found.marks, axis, window),
        trained=last.evaluations if last else 0,
        seconds=last.seconds if last else 0.0,
    )


def _series(group: Group, wanted: Asked) -> Series:
    several = len(group.runs) > 1
    return Series(
        number=group.number,
        tone=group.tone,
        dash=group.dash,
        name=group.name,
        lines={name: [run.lines.line(name) for run in group.runs] for name in courses.QUANTITIES},
        bands={
            name: courses.band([run.lines.line(name) for run in group.runs], wanted.spread)
            for name in courses.QUANTITIES
        }
        if several
        else {},
    )


def _without_seeds(fields: Sequence[Field]) -> list[Field]:
    return [field for field in fields if field.path not in configurations.SEEDS]
