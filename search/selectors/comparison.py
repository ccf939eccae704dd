"""Trajectories of several experiments, read at a cost that hardly grows with their populations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from search.models import Evaluation, Experiment, Individual
from search.selectors.population_cache import cached_for_population

SAMPLES = 4000
"""Individuals of one experiment that a course is made of; of larger ones every second, third, …"""


class Mark(NamedTuple):
    """One evaluated individual of a course."""

    step: int
    fitness: float
    best: float
    """Of all completed up to it."""
    parameters: int
    evaluations: int
    """Networks trained up to it; one that came up before in the same experiment costs nothing."""
    seconds: float
    """Of training, for these networks."""


@dataclass(frozen=True)
class Course:
    """An experiment in order of completion."""

    stride: int
    """One mark for so many individuals."""
    marks: list[Mark]


def course(experiment: Experiment, *, samples: int = SAMPLES) -> Course:
    """Evenly spread marks, first and last individual among them."""
    stride = max(1, -(-experiment.population // samples))
    last = experiment.population - 1
    wanted = sorted({*range(0, last + 1, stride), last} - {-1})
    rows = Individual.objects.filter(experiment=experiment, completion__in=wanted).order_by("completion")
    spent = _spent(experiment.pk, wanted)
    marks = [
        Mark(step, fitness, best, parameters, *spent[completion])
        for completion, step, fitness, best, parameters in rows.values_list(
            "completion", "step", "fitness", "best_so_far", "parameters"
        )
        if completion is not None and fitness is not None and best is not None  # the constraints say so
    ]
    return Course(stride, marks)


def cached_course(experiment: Experiment) -> Course:
    """From the cache for as long as nobody joins the population."""
    return cached_for_population("course", experiment, lambda: course(experiment))


_SPENT = """
SELECT (network.completion + %s) / %s AS place, COUNT(*), SUM(e.train_seconds)
FROM (
  SELECT evaluation_id, MIN(completion) AS completion
  FROM {individual} WHERE experiment_id = %s AND completion IS NOT NULL GROUP BY evaluation_id
) network
JOIN {evaluation} e ON e.id = network.evaluation_id
GROUP BY 1
"""


def _spent(experiment_id: int, wanted: Sequence[int]) -> dict[int, tuple[int, float]]:
    """Completion -> networks trained up to it, and the seconds that took."""
    stride = wanted[1] - wanted[0] if len(wanted) > 1 else 1
    statement = _SPENT.format(individual=Individual._meta.db_table, evaluation=Evaluation._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [stride - 1, stride, experiment_id])
        found = {int(place): (int(count), float(seconds)) for place, count, seconds in cursor.fetchall()}
    parts = [found.get(place, (0, 0.0)) for place in range(len(wanted))]
    sums = accumulate(parts, lambda one, other: (one[0] + other[0], one[1] + other[1]))
    return dict(zip(wanted, sums, strict=True))


def experiments_by_id(ids: Iterable[int]) -> list[Experiment]:
    """Those that exist, in the order asked for, each with its best individual."""
    wanted = list(dict.fromkeys(ids))
    found = Experiment.objects.select_related("best__genotype").in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def offered(*, name: str = "", limit: int) -> QuerySet[Experiment]:
    """What can be compared, newest first; `name` is part of the name."""
    rows = Experiment.objects.filter(archived=False, population__gt=0).select_related("best").order_by("-pk")
    return (rows.filter(name__icontains=name) if name else rows)[:limit]
