"""Reads of experiments and of the points of their curves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, FloatField, IntegerField, QuerySet, Value, When
from django.db.models.expressions import Expression, OrderBy
from django.db.models.functions import Cast, Lower

from search.models import Experiment, ExperimentState, Individual

_MOST_URGENT_FIRST = (
    ExperimentState.RUNNING,
    ExperimentState.PAUSED,
    ExperimentState.FAILED,
    ExperimentState.DRAFT,
    ExperimentState.FINISHED,
    ExperimentState.STOPPED,
)
_DONE = F("evaluated") + F("failed") + F("stopped_early")
NEWEST = "-newest"
EXPERIMENT_ORDERS: dict[str, Expression | F] = {
    "newest": F("pk"),
    "name": Lower("name"),
    "state": Case(
        *(When(state=state, then=Value(rank)) for rank, state in enumerate(_MOST_URGENT_FIRST)),
        output_field=IntegerField(),
    ),
    "progress": Cast(_DONE, FloatField()) / Cast(F("individuals_planned"), FloatField()),
    "best": F("best__fitness"),
    "parameters": F("best__parameters"),
    "started": F("started_at"),
}
"""What the list can be sorted by; a minus before a name is descending, as everywhere."""


def experiments(
    *, state: str = "", query: str = "", archived: bool | None = None, order: str = NEWEST
) -> QuerySet[Experiment]:
    """With their best individual; `query` is part of the name; `archived` None means both; `order` is one of
    EXPERIMENT_ORDERS, equal ones newest first, those without the value last."""
    rows = Experiment.objects.select_related("best__genotype", "owner", "rescores").order_by(
        *_sorted_by(order)
    )
    if archived is not None:
        rows = rows.filter(archived=archived)
    if state:
        rows = rows.filter(state=state)
    return rows.filter(name__icontains=query) if query else rows


def _sorted_by(order: str) -> tuple[str | OrderBy, ...]:
    name, falling = order.removeprefix("-"), order.startswith("-")
    if name == "newest":  # never null: the primary key's index gives this order
        return ("-pk" if falling else "pk",)
    value = EXPERIMENT_ORDERS[name]
    return (OrderBy(value, descending=falling, nulls_last=True), "-pk")


def unused_name(name: str) -> str:
    """The name, or with the next number behind it where experiments have it already: `Quick demo 2`."""
    pattern = re.compile(re.escape(name) + r"(?: (\d{1,6}))?")
    taken = Experiment.objects.filter(name__startswith=name).values_list("name", flat=True)
    numbers = [int(match[1] or 1) for other in taken if (match := pattern.fullmatch(other))]
    return f"{name} {max(numbers) + 1}" if numbers else name


def experiment_by_id(experiment_id: int) -> Experiment:
    """Raises Experiment.DoesNotExist."""
    return experiments().get(pk=experiment_id)


@dataclass(frozen=True)
class CurvePoint:
    """One evaluated individual, in the order of completion."""

    completion: int
    """0-based; the next request asks for what came after the highest one seen."""
    step: int
    fitness: float
    fitness_spread: float | None
    best: float
    """Of all completed up to this one."""
    parameters: int
    multiply_adds: int
    origin: str


def curve_points(experiment_id: int, *, after: int = -1, limit: int = 5000) -> list[CurvePoint]:
    """The individuals whose place in the order of completion is above `after`, in that order."""
    # Below the field's range Django leaves the comparison out, and rows without a place would pass it.
    rows = Individual.objects.filter(
        experiment=experiment_id, completion__isnull=False, completion__gt=max(after, -1)
    )
    fields = (
        "completion",
        "step",
        "fitness",
        "fitness_spread",
        "best_so_far",
        "parameters",
        "multiply_adds",
        "origin",
    )
    return [CurvePoint(*row) for row in rows.order_by("completion").values_list(*fields)[:limit]]


def sparklines(rows: Sequence[Experiment], *, points: int = 40) -> dict[int, list[float]]:
    """Experiment id -> best fitness so far at evenly spaced completions, the last one included."""
    lines: dict[int, list[float]] = {}
    for row in rows:
        count = min(points, row.population)
        wanted = {(place + 1) * row.population // count - 1 for place in range(count)}
        found = Individual.objects.filter(experiment=row, completion__in=wanted).order_by("completion")
        lines[row.pk] = [best for best in found.values_list("best_so_far", flat=True) if best is not None]
    return lines
