"""Fitness against what a network costs, for all evaluated individuals of an experiment."""

from typing import NamedTuple

from django.db.models import Count, Min

from search.models import Experiment, Individual, WorkState

COSTS = {"parameters": "parameters", "multiply_adds": "multiply_adds", "seconds": "evaluation__train_seconds"}
"""What can stand against fitness, and its column."""


class Place(NamedTuple):
    """Where one individual stands, or several at the very same place: often copies of one network."""

    cost: float
    fitness: float
    step: int
    """Of the earliest of them."""
    individuals: int


def places(experiment: Experiment, cost: str) -> list[Place]:
    """Of all evaluated individuals, the cheapest first, at equal cost the fittest.

    Raises KeyError for a cost that is not in COSTS. Reads the whole population: keep what it returns.
    """
    column = COSTS[cost]
    rows = Individual.objects.filter(experiment=experiment, state=WorkState.DONE).order_by(column, "-fitness")
    found = rows.values_list(column, "fitness").annotate(step=Min("step"), individuals=Count("pk"))
    return list(map(Place._make, found))


def individuals_at(experiment: Experiment, steps: list[int]) -> dict[int, Individual]:
    """Step -> individual, with its genotype and evaluation."""
    rows = Individual.objects.filter(experiment=experiment, step__in=steps)
    return {row.step: row for row in rows.select_related("genotype", "evaluation", "parent")}
