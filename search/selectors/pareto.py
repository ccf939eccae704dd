"""Points of fitness against cost for all evaluated individuals of an experiment."""

from typing import NamedTuple

from search.database import statements
from search.models import Evaluation, Experiment, Individual, WorkState

COSTS = {"parameters": "i.parameters", "multiply_adds": "i.multiply_adds", "seconds": "e.train_seconds"}
"""What can stand against fitness, and its column."""


class ParetoPoint(NamedTuple):
    """Where one network stands, or several at the very same place."""

    cost: float
    fitness: float
    step: int
    """Of the earliest of them."""
    individuals: int
    networks: int = 1
    """Different ones: twins count once."""


def places(experiment: Experiment, cost: str) -> list[ParetoPoint]:
    """Of all evaluated individuals, the cheapest first, at equal cost the fittest.

    Raises KeyError for a cost that is not in COSTS. Reads the whole population: keep what it returns.
    """
    column = COSTS[cost]
    evaluation = (
        f"JOIN {Evaluation._meta.db_table} e ON e.id = i.evaluation_id" if column.startswith("e.") else ""
    )
    rows = statements.ask(
        f"SELECT {column}, i.fitness, MIN(i.step), COUNT(*), COUNT(DISTINCT i.evaluation_id)"
        f" FROM {Individual._meta.db_table} i {evaluation}"
        " WHERE i.experiment_id = %s AND i.state = %s GROUP BY 1, 2 ORDER BY 1, 2 DESC",
        [experiment.pk, WorkState.DONE],
    )
    return list(map(ParetoPoint._make, rows))


def individuals_at(experiment: Experiment, steps: list[int]) -> dict[int, Individual]:
    """Step -> individual, with its genotype and evaluation."""
    rows = Individual.objects.filter(experiment=experiment, step__in=steps)
    return {row.step: row for row in rows.select_related("genotype", "evaluation", "parent")}
