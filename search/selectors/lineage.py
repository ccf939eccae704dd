"""Lineage queries: ancestors and descendants within one experiment, one recursive query each.

Every function fetches light rows and at most so many of them: a lineage may be 700 mutations deep, and the first
individual of a long search has tens of thousands of descendants. What a page shows in full is fetched by `details`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from django.db import connection
from django.db.models import Count

from search.models import Experiment, Individual

MOST_ANCESTORS = 5_000
MOST_RELATIVES = 8_000
"""Beyond it a family is cut off, the later generations first; the page says so."""
FITTEST = 150
MOST_RECORDS = 500
GRID, BETWEEN = 1024, 8
"""Places at which the best so far is looked up: over all, then between two that differ."""


class LineageNode(NamedTuple):
    """One individual as a lineage knows it."""

    id: int
    parent: int | None
    """Id of the parent; None for the first of a line, and where the parent is of another experiment."""
    step: int
    generation: int
    fitness: float | None
    parameters: int
    state: str


@dataclass(frozen=True)
class Family:
    """Some relatives, earliest generation first, and whether there are more than were fetched."""

    members: tuple[LineageNode, ...]
    cut: bool


_TABLE = Individual._meta.db_table
_COLUMNS = "id, parent_id, step, generation, fitness, parameters, state"
_KIN = ", ".join(f"kin.{column}" for column in _COLUMNS.split(", "))
# Written so that each turn of a recursion is a look-up by index whatever the planner believes: a scalar subquery
# cannot become a join that reads the whole table, and `+ 0` hides the index of experiments, which PostgreSQL takes
# for the better one while it has no statistics (minutes instead of milliseconds).
_OF_EXPERIMENT = "experiment_id + 0 = %(experiment)s"
_PARENT_OF = f"(SELECT parent.parent_id FROM {_TABLE} parent WHERE parent.id = line.parent_id)"
_UPWARDS = f"""
    line(id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM {_TABLE} WHERE id = %(id)s
        UNION ALL
        SELECT line.parent_id, {_PARENT_OF}, line.depth + 1 FROM line
        WHERE line.parent_id IS NOT NULL AND line.depth < %(depth)s
    )"""


def ancestors(individual: Individual, *, limit: int = MOST_ANCESTORS) -> Family:
    """The line from the earliest ancestor to the individual itself, both included."""
    query = f"""WITH RECURSIVE {_UPWARDS}
        SELECT {_KIN} FROM line JOIN {_TABLE} kin ON kin.id = line.id
        WHERE kin.{_OF_EXPERIMENT} ORDER BY line.depth"""
    rows = _kin(query, {**_of(individual), "depth": limit})
    return Family(tuple(rows[:limit][::-1]), cut=len(rows) > limit)


def branches(individual: Individual, *, limit: int = MOST_RELATIVES) -> Family:
    """The other children of its ancestors: its siblings, its parent's siblings, and so on upwards."""
    query = f"""WITH RECURSIVE {_UPWARDS}
        SELECT {_KIN} FROM line JOIN {_TABLE} kin ON kin.parent_id = line.id
        WHERE line.depth > 0 AND kin.{_OF_EXPERIMENT} AND kin.id NOT IN (SELECT id FROM line)
        ORDER BY line.depth, kin.step LIMIT %(limit)s"""
    return _family(_kin(query, {**_of(individual), "depth": MOST_ANCESTORS, "limit": limit + 1}), limit)


def descendants(individual: Individual, *, limit: int = MOST_RELATIVES) -> Family:
    """Its children, their children, and so on."""
    query = f"""WITH RECURSIVE kin({_COLUMNS}) AS (
            SELECT {_COLUMNS} FROM {_TABLE} WHERE parent_id = %(id)s AND {_OF_EXPERIMENT}
            UNION ALL
            SELECT {_KIN.replace("kin.", "child.")} FROM {_TABLE} child JOIN kin ON child.parent_id = kin.id
            WHERE child.{_OF_EXPERIMENT}
        )
        SELECT {_COLUMNS} FROM kin LIMIT %(limit)s"""
    return _family(_kin(query, {**_of(individual), "limit": limit + 1}), limit)


def fittest(individual: Individual, *, count: int = FITTEST, limit: int = MOST_RELATIVES) -> Family:
    """The fittest of its experiment with all their ancestors, each once."""
    query = f"""WITH RECURSIVE best AS (
            SELECT id, parent_id FROM {_TABLE} WHERE experiment_id = %(experiment)s AND fitness IS NOT NULL
            ORDER BY fitness DESC, step DESC LIMIT %(count)s
        ), line(id, parent_id) AS (
            SELECT id, parent_id FROM best
            UNION
            SELECT line.parent_id, {_PARENT_OF} FROM line WHERE line.parent_id IS NOT NULL
        )
        SELECT id FROM line LIMIT %(limit)s"""
    with connection.cursor() as cursor:
        cursor.execute(query, {**_of(individual), "count": count, "limit": limit + 1})
        ids = [row[0] for row in cursor.fetchall()]
    # A query of its own: joined to the recursion, PostgreSQL reads the whole table for it.
    rows = Individual.objects.filter(pk__in=ids, experiment=individual.experiment_id).order_by("step")
    return _family([LineageNode(*row) for row in rows.values_list(*_COLUMNS.split(", "))], limit)


def records(experiment: Experiment, *, limit: int = MOST_RECORDS) -> Family:
    """The individuals that were the best so far when they were complete, earliest first; the latest ones if many."""
    completions = _record_completions(experiment, limit)
    rows = Individual.objects.filter(experiment=experiment, completion__in=completions[-limit:])
    found = rows.order_by("completion").values_list(*_COLUMNS.split(", "))
    return Family(tuple(LineageNode(*row) for row in found), cut=len(completions) > limit)


def _record_completions(experiment: Experiment, limit: int) -> list[int]:
    """Where the best so far rises. It never falls, so it is looked up at a few places, and between two of them
    again only where they differ: some thousand of a hundred thousand rows are read, by their index."""
    if not experiment.population:
        return []
    last = experiment.population - 1
    grid = sorted({last * place // GRID for place in range(GRID + 1)})
    best = _best_at(experiment, grid)
    risen = [(low, high) for low, high in pairwise(grid) if best[low] != best[high]]
    while any(high - low > 1 for low, high in risen):
        risen = risen[-limit - 1 :]
        finer = [
            [low + (high - low) * place // BETWEEN for place in range(BETWEEN + 1)] for low, high in risen
        ]
        best |= _best_at(experiment, {place for places in finer for place in places} - best.keys())
        risen = [
            (low, high)
            for places in finer
            for low, high in pairwise(dict.fromkeys(places))
            if best[low] != best[high]
        ]
    return [0, *(high for _, high in risen)]


def _best_at(experiment: Experiment, completions: Collection[int]) -> dict[int, float | None]:
    rows = Individual.objects.filter(experiment=experiment, completion__in=completions).order_by()
    found = rows.values_list("completion", "best_so_far")
    return {completion: best for completion, best in found if completion is not None}


def details(ids: Collection[int]) -> dict[int, Individual]:
    """Id -> the whole row with its genotype and evaluation."""
    rows = Individual.objects.filter(pk__in=ids).select_related("genotype", "evaluation")
    return {row.pk: row for row in rows}


def mutations(ids: Collection[int]) -> dict[int, dict[str, int] | None]:
    """Id -> the mutation's document."""
    return dict(Individual.objects.filter(pk__in=ids).order_by().values_list("pk", "mutation"))


@dataclass(frozen=True)
class Counts:
    """How many relatives there are of each kind, without fetching them."""

    siblings: int
    children: int


def counts(individual: Individual) -> Counts:
    ids = [individual.pk, *([individual.parent_id] if individual.parent_id else [])]
    rows = Individual.objects.filter(parent__in=ids, experiment=individual.experiment_id).order_by()
    found = dict(rows.values_list("parent").annotate(count=Count("pk")))
    siblings = found.get(individual.parent_id, 1) - 1 if individual.parent_id else 0
    return Counts(siblings, found.get(individual.pk, 0))


def _of(individual: Individual) -> dict[str, int]:
    return {"id": individual.pk, "experiment": individual.experiment_id}


def _family(rows: Sequence[LineageNode], limit: int) -> Family:
    return Family(tuple(rows[:limit]), cut=len(rows) > limit)


def _kin(query: str, values: dict[str, int]) -> list[LineageNode]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [LineageNode(*row) for row in cursor.fetchall()]
