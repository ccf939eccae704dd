"""Rows of the list of experiments."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache

from search import selectors
from search.models import Experiment, ExperimentState
from search.selectors import progress as progress_selectors
from visualize.charts.frame import sparkline

SPARKS = 40
KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class ExperimentListRow:
    """One experiment in the list."""

    experiment: Experiment
    done: int
    best_so_far: list[float]

    @property
    def summary(self) -> str:
        """Read straight from the stored document: a list need not validate what was validated once."""
        config = self.experiment.config
        space, kind = config.get("space"), config.get("strategy", {}).get("kind", "")
        name = space if isinstance(space, str) else "custom space"
        return f"{name} · {kind} · {config.get('protocol', {}).get('dataset', '')}"

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
