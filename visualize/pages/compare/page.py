"""Context of the comparison page: selection, trajectories, results, configurations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, cast

from django.http import QueryDict

from search.models import Experiment, ExperimentState
from search.selectors import comparison
from search.selectors.comparison import cached_course
from visualize.charts.search_series import dash_of, series_of, tone_of, trajectory_of
from visualize.charts.stretches import asked_stretch
from visualize.charts.trajectories import Axis, Spread, Stretch, Trajectory
from visualize.charts.trajectory_plots import Plot, Series, axis_end, plots
from visualize.pages.compare import configuration_diff
from visualize.pages.compare.configuration_diff import ConfigurationField
from visualize.pages.experiments.listing import ExperimentListRow

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
class CompareQuery:
    """The address's query, nonsense in it answered by what is usual."""

    ids: tuple[int, ...]
    axis: Axis
    spread: Spread
    name: str
    """Part of the names that the chooser offers."""
    stretch: Stretch | None = None
    """The part of the axis that is shown; None: all of it."""

    @property
    def experiments(self) -> str:
        return ",".join(map(str, self.ids))


@dataclass(frozen=True)
class ComparedExperiment:
    """One experiment."""

    experiment: Experiment
    lines: Trajectory
    trained: int
    seconds: float
    """Spent on its own networks, each counted once, whether or not another experiment had trained them before."""

    @property
    def is_open(self) -> bool:
        return self.experiment.state in (ExperimentState.RUNNING, ExperimentState.PAUSED)


@dataclass(frozen=True)
class SeedGroup:
    """Experiments whose configurations differ by their seeds alone; often just one."""

    number: int
    runs: tuple[ComparedExperiment, ...]

    @property
    def name(self) -> str:
        return str(self.runs[0].experiment.name)

    @property
    def tone(self) -> int:
        return tone_of(self.number)

    @property
    def dash(self) -> int:
        return dash_of(self.number)

    @property
    def repetitions(self) -> str:
        """How many independent ones there are: runs of one seed repeat each other."""
        seeds = {_seeds(run.experiment) for run in self.runs}
        if len(seeds) == len(self.runs):
            return f"{len(seeds)} seeds"
        return f"{len(self.runs)} runs of {len(seeds)} seed{'' if len(seeds) == 1 else 's'}"

    @property
    def best(self) -> tuple[float, float | None] | None:
        """Mean and standard deviation over its runs of the best fitness."""
        found = [run.experiment.best.fitness for run in self.runs if run.experiment.best]
        values = [value for value in found if value is not None]
        return (fmean(values), stdev(values) if len(values) > 1 else None) if values else None


def _seeds(experiment: Experiment) -> tuple[int | None, ...]:
    """Of the search, of its trainings and of their split."""
    config = experiment.readable_configuration
    return (config.seed, config.protocol.seed, config.protocol.split_seed) if config else ()


def asked(query: QueryDict) -> CompareQuery:
    words = ",".join(query.getlist("experiments")).split(",")
    numbers = [int(word) for word in words if re.fullmatch(r"[0-9]{1,18}", word.strip())]
    axis, spread = query.get("x", ""), query.get("bands", "")
    return CompareQuery(
        ids=tuple(dict.fromkeys(numbers))[:MOST],
        axis=cast(Axis, axis if axis in AXES else "step"),
        spread=cast(Spread, spread if spread in SPREADS else "range"),
        name=str(query.get("name", "")).strip()[:200],
        stretch=asked_stretch(query),
    )


def compare_page(wanted: CompareQuery) -> dict[str, Any]:
    groups = grouped(wanted)
    runs = [run for group in groups for run in group.runs]
    fields = configuration_diff.fields([group.runs[0].experiment.config for group in groups])
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
        "protocols_differ": _differing_protocols(listed),
        "is_open": any(run.is_open for run in runs),
        "missing": [pk for pk in wanted.ids if pk not in {run.experiment.pk for run in runs}],
        "offered": offered(wanted, [run.experiment for run in runs]),
        "most": MOST,
    }


def _differing_protocols(listed: Sequence[ConfigurationField]) -> str:
    """What differs in how networks were trained, in words; empty where all figures are on one scale."""
    labels = [field.label.lower() for field in listed if field.differs and field.path.startswith("protocol.")]
    return ", ".join(labels)


def grouped(wanted: CompareQuery) -> list[SeedGroup]:
    """In the order asked for, repetitions of one configuration together."""
    together: dict[str, list[Experiment]] = {}
    for experiment in comparison.experiments_by_id(wanted.ids):
        key = str(experiment.pk)
        if wanted.spread != "off":
            key = configuration_diff.repetition_key(experiment.config)
        together.setdefault(key, []).append(experiment)
    return [
        SeedGroup(number, tuple(_run(experiment, wanted) for experiment in members))
        for number, members in enumerate(together.values(), start=1)
    ]


def offered(wanted: CompareQuery, chosen: Sequence[Experiment]) -> list[ExperimentListRow]:
    """For the chooser: what is chosen, then the newest others with a result."""
    known = {experiment.pk for experiment in chosen}
    others = comparison.offered(name=wanted.name, limit=OFFERED)
    rows = [*chosen, *(experiment for experiment in others if experiment.pk not in known)]
    return [ExperimentListRow(experiment, experiment.evaluated, []) for experiment in rows]


def drawn(groups: Sequence[SeedGroup], wanted: CompareQuery) -> list[Plot]:
    series = [_series(group, wanted) for group in groups]
    return plots(series, wanted.axis, initial=_initial(groups), stretch=wanted.stretch)


def end_of_axis(groups: Sequence[SeedGroup], wanted: CompareQuery) -> float:
    return axis_end([_series(group, wanted) for group in groups], wanted.axis)


def _initial(groups: Sequence[SeedGroup]) -> int | None:
    """Networks of the initial population, where all evolve from equally many."""
    configs = [group.runs[0].experiment.readable_configuration for group in groups]
    strategies = [config.strategy for config in configs if config]
    sizes = {strategy.initial_population for strategy in strategies if strategy.kind != "random"}
    return sizes.pop() if len(sizes) == 1 else None


def _run(experiment: Experiment, wanted: CompareQuery) -> ComparedExperiment:
    marks = cached_course(experiment).marks
    return ComparedExperiment(
        experiment=experiment,
        lines=trajectory_of(experiment, wanted.axis, wanted.stretch),
        trained=marks[-1].evaluations if marks else 0,
        seconds=marks[-1].seconds if marks else 0.0,
    )


def _series(group: SeedGroup, wanted: CompareQuery) -> Series:
    runs = [run.lines for run in group.runs]
    return series_of(group.number, group.name, runs, wanted.spread, wanted.stretch)


def _without_seeds(fields: Sequence[ConfigurationField]) -> list[ConfigurationField]:
    return [field for field in fields if field.path not in configuration_diff.SEEDS]
