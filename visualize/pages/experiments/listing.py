"""Rows of the list of experiments."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.core.cache import cache

from search import selectors
from search.evolution.experiments.config import ExperimentConfig
from search.models import Experiment, ExperimentState
from search.selectors import progress as progress_selectors
from visualize.charts.frame import sparkline

SPARKS = 40
KEPT_SECONDS = 24 * 3600
SORTABLE: dict[str, tuple[str, str]] = {
    "name": ("Name", ""),
    "state": ("State", ""),
    "progress": ("Progress", "progress-column"),
    "best": ("Best fitness", "num"),
    "parameters": ("Params", "num"),
    "started": ("Started", ""),
}
"""Columns in their order: heading and classes."""
LARGEST_FIRST = ("progress", "best", "started")


@dataclass(frozen=True)
class ListHeading:
    """Heading of a column that sorts the list, and the order it leads to."""

    name: str
    label: str
    style: str
    order: str
    sorted: str
    """`ascending`, `descending` or empty: the value of aria-sort."""


def list_order(asked: str) -> str:
    """Nonsense in the address is the usual order."""
    return asked if asked.removeprefix("-") in selectors.EXPERIMENT_ORDERS else selectors.NEWEST


def headings(order: str) -> list[ListHeading]:
    """A third press on one leads back to the usual order, newest first."""
    return [_heading(name, label, style, order) for name, (label, style) in SORTABLE.items()]


def _heading(name: str, label: str, style: str, order: str) -> ListHeading:
    first = f"-{name}" if name in LARGEST_FIRST else name
    second = name if first.startswith("-") else f"-{name}"
    following = {first: second, second: ""}.get(order, first)
    now = ""
    if order.removeprefix("-") == name:
        now = "descending" if order.startswith("-") else "ascending"
    return ListHeading(name, label, style, following, now)


@dataclass(frozen=True)
class ExperimentListRow:
    """One experiment in the list."""

    experiment: Experiment
    done: int
    best_so_far: list[float]

    @cached_property
    def config(self) -> ExperimentConfig | None:
        """None where it would not be accepted any more."""
        return self.experiment.readable_configuration

    @property
    def repeats(self) -> int | None:
        """Trainings of each network."""
        return self.config.protocol.repeats if self.config else None

    @property
    def summary(self) -> str:
        config = self.config
        if config is None:
            return ""
        space = config.space.to_json()
        name = space if isinstance(space, str) else "custom space"
        return f"{name} · {config.strategy.kind} · {config.protocol.dataset}"

    @property
    def sparkline(self) -> str:
        return sparkline(self.best_so_far)

    @property
    def first(self) -> float:
        return self.best_so_far[0]

    @property
    def last(self) -> float:
        return self.best_so_far[-1]


def listing(experiments: Iterable[Experiment]) -> list[ExperimentListRow]:
    rows = list(experiments)
    lines = _lines(rows)
    return [ExperimentListRow(row, progress_selectors.done(row), lines[row.pk]) for row in rows]


def _lines(rows: list[Experiment]) -> dict[int, list[float]]:
    """From the cache where the line has not grown by a visible step: a finished search is read once."""
    keys = {row.pk: f"spark:{row.pk}:{_visible_length(row)}" for row in rows}
    kept = cache.get_many(keys.values())
    lines = {pk: kept[key] for pk, key in keys.items() if key in kept}
    fresh = selectors.sparklines([row for row in rows if row.pk not in lines], points=SPARKS)
    cache.set_many({keys[pk]: line for pk, line in fresh.items()}, KEPT_SECONDS)
    return lines | fresh


def _visible_length(row: Experiment) -> str:
    """Changes with every fortieth of the search, and with its end."""
    if row.state not in (ExperimentState.RUNNING, ExperimentState.PAUSED):
        return f"end{row.population}.{row.revision}"
    return f"{row.population // max(1, row.individuals_planned // SPARKS)}.{row.revision}"
