"""Individuals of an experiment: one by its step, or a page of them, sorted and filtered in SQL."""

from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from search.models import Experiment, Individual
from search.selectors.query import parse_query

ORDERS = ("step", "fitness", "parameters", "multiply_adds")
"""Columns a page can be sorted by; `-step` is descending. Ties go by step."""
PER_PAGE = 50
MOST_PER_PAGE = 200


class UnknownOrder(ValueError):
    """A sort order that no column has."""


@dataclass(frozen=True)
class Page:
    """A page of individuals, each with genotype, parent and evaluation at hand."""

    items: list[Individual]
    total: int
    """On all pages."""
    number: int
    """From 1; the last page when a later one was asked for."""
    pages: int
    per_page: int

    @property
    def first(self) -> int:
        """Place of the first row among all, from 1; 0 on an empty page."""
        return (self.number - 1) * self.per_page + 1 if self.items else 0


def individuals(
    experiment: Experiment,
    *,
    state: str = "",
    query: str = "",
    order: str = "-step",
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page:
    """One page. Raises QueryError for a `query` that cannot be read, UnknownOrder for an `order`."""
    rows = Individual.objects.filter(experiment=experiment)
    if state:
        rows = rows.filter(state=state)
    if query:
        rows = rows.filter(parse_query(query))
    total = rows.count() if state or query else experiment.proposed
    per_page = max(1, min(per_page, MOST_PER_PAGE))
    pages = max(1, -(-total // per_page))
    number = max(1, min(page, pages))
    first = (number - 1) * per_page
    return Page(list(_ordered(rows, order)[first : first + per_page]), total, number, pages, per_page)


def individual(experiment_id: int, step: int) -> Individual:
    """One with everything its page shows. Raises Individual.DoesNotExist."""
    return _with_relations(Individual.objects.filter(experiment=experiment_id)).get(step=step)


def _ordered(rows: QuerySet[Individual], order: str) -> QuerySet[Individual]:
    column, descending = order.lstrip("-"), order.startswith("-")
    if column not in ORDERS:
        raise UnknownOrder(
            f"order={order!r} is not known: use one of {', '.join(ORDERS)}, with - for descending"
        )
    by = OrderBy(F(column), descending=descending, nulls_last=True if column == "fitness" else None)
    return _with_relations(rows).order_by(by, "-step" if descending else "step")


def _with_relations(rows: QuerySet[Individual]) -> QuerySet[Individual]:
    return rows.select_related("genotype", "parent", "evaluation", "experiment")
