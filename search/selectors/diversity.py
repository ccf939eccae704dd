"""Best network for each cell of parameters x depth: a MAP-Elites archive (Mouret and Clune 2015) read from a search."""

from dataclasses import dataclass
from typing import NamedTuple

from search.database import statements
from search.models import Experiment, Genotype, Individual, WorkState

COLUMNS, ROWS = 12, 12
"""Cells along parameters and along depth, at most."""


class Elite(NamedTuple):
    """The fittest network of one cell, told by its earliest individual."""

    column: int
    row: int
    step: int
    fitness: float
    networks: int
    """Evaluated ones in the cell; twins count once."""


@dataclass(frozen=True)
class EliteMap:
    """Cells are `parameters // width` and `depth // height` from the least on."""

    least_parameters: int
    width: int
    columns: int
    least_depth: int
    height: int
    rows: int
    elites: list[Elite]


_EXTENT = """
SELECT MIN(i.parameters), MAX(i.parameters), MIN(g.depth), MAX(g.depth)
FROM {individual} i JOIN {genotype} g ON g.id = i.genotype_id
WHERE i.experiment_id = %s AND i.state = %s AND g.depth IS NOT NULL
"""

_ELITES = """
SELECT place, line, step, fitness, networks FROM (
  SELECT place, line, step, fitness,
         COUNT(*) OVER (PARTITION BY place, line) AS networks,
         ROW_NUMBER() OVER (PARTITION BY place, line ORDER BY fitness DESC, step) AS best
  FROM (
    SELECT i.evaluation_id, MIN(i.step) AS step, MAX(i.fitness) AS fitness,
           (MIN(i.parameters) - %s) / %s AS place, (MIN(g.depth) - %s) / %s AS line
    FROM {individual} i JOIN {genotype} g ON g.id = i.genotype_id
    WHERE i.experiment_id = %s AND i.state = %s AND g.depth IS NOT NULL
    GROUP BY i.evaluation_id
  ) networks
) ranked WHERE best = 1
"""

_TABLES = {"individual": Individual._meta.db_table, "genotype": Genotype._meta.db_table}


def elite_map(experiment: Experiment) -> EliteMap | None:
    """None without an evaluated network. Reads the whole population: keep what it returns."""
    found = list(statements.ask(_EXTENT.format(**_TABLES), [experiment.pk, WorkState.DONE]))
    least, most, shallow, deep = found[0]
    if least is None:
        return None
    width, height = -(-(most - least + 1) // COLUMNS), -(-(deep - shallow + 1) // ROWS)
    bounds = [least, width, shallow, height, experiment.pk, WorkState.DONE]
    rows = statements.ask(_ELITES.format(**_TABLES), bounds)
    return EliteMap(
        least_parameters=least,
        width=width,
        columns=(most - least) // width + 1,
        least_depth=shallow,
        height=height,
        rows=(deep - shallow) // height + 1,
        elites=[Elite(int(place), int(line), *rest) for place, line, *rest in rows],
    )
