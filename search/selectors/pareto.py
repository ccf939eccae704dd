"""Fitness against what a network costs, for all evaluated individuals of an experiment."""

from typing import NamedTuple

from search.models import Experiment, Individual, WorkState
from search.selectors.query import parse_query

COSTS = {"parameters": "parameters", "multiply_adds": "multiply_adds", "seconds": "evaluation__train_seconds"}
"""What can stand against fitness, and its column."""


class Place(NamedTuple):
    """One individual."""

    step: int
    cost: float
    fitness: float


def places(experiment: Experiment, cost: str) -> list[Place]:
    """All evaluated individuals in order of step. Raises KeyError for a cost that is not in COSTS."""
    rows = Individual.objects.filter(experiment=experiment, state=WorkState.DONE).order_by("step")
    return [Place(*row) for row in rows.values_list("step", COSTS[cost], "fitness")]


def individuals_at(experiment: Experiment, steps: list[int]) -> dict[int, Individual]:
    """Step -> individual, with its genotype and evaluation."""
    rows = Individual.objects.filter(experiment=experiment, step__in=steps)
    return {row.step: row for row in rows.select_related("genotype", "evaluation", "parent")}


def matching(experiment: Experiment, query: str) -> int:
    """How many individuals a filter of the population table finds. Raises QueryError for one it cannot read."""
    return Individual.objects.filter(experiment=experiment).filter(parse_query(query)).count()
