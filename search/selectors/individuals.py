"""Individuals of an experiment: one by its step, or a page of them, sorted and filtered in SQL."""

from dataclasses import dataclass

from django.db.models import Count, Manager, QuerySet

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
    total, valued = experiment.proposed, experiment.evaluated
    if state or query:
        total, valued = rows.aggregate(total=Count("pk"), valued=Count("fitness")).values()
    per_page = max(1, min(per_page, MOST_PER_PAGE))
    pages = max(1, -(-total // per_page))
    number = max(1, min(page, pages))
    first = (number - 1) * per_page
    keys = _keys(rows, order, first, per_page, total, valued)
    found = _with_relations(Individual.objects).in_bulk(keys)
    return Page([found[key] for key in keys if key in found], total, number, pages, per_page)


def individual(experiment_id: int, step: int) -> Individual:
    """One with everything its page shows. Raises Individual.DoesNotExist."""
    return _with_relations(Individual.objects.filter(experiment=experiment_id)).get(step=step)


def _keys(
    rows: QuerySet[Individual], order: str, first: int, count: int, total: int, valued: int
) -> list[int]:
    """Primary keys of a page's rows; those without a value come last in either direction.

    Only the index is walked, and joins are left to the few rows that are shown. Rows with a fitness and rows without
    one are two stretches, each of them in the order of an index: PostgreSQL's puts nulls first when it is read
    backwards.
    """
    column, descending = order.lstrip("-"), order.startswith("-")
    if column not in ORDERS:
        raise UnknownOrder(
            f"order={order!r} is not known: use one of {', '.join(ORDERS)}, with - for descending"
        )
    if column == "step":
        return _stretch(rows, ["step"], descending, first, count, total)
    if column != "fitness":
        return _stretch(rows, [column, "step"], descending, first, count, total)
    rated, unrated = rows.filter(fitness__isnull=False), rows.filter(fitness__isnull=True)
    keys = _stretch(rated, ["fitness", "step"], descending, first, count, valued)
    if len(keys) < count:
        beyond = max(0, first - valued)
        keys += _stretch(unrated, ["step"], descending, beyond, count - len(keys), total - valued)
    return keys


def _stretch(
    rows: QuerySet[Individual], columns: list[str], descending: bool, first: int, count: int, total: int
) -> list[int]:
    """`count` keys from place `first` of `total`, walked to from the nearer end."""
    from_end = total // 2 < first < total
    count = min(count, total - first) if from_end else count  # a counter may be a step behind its rows
    signs = "-" if descending != from_end else ""
    start = total - first - count if from_end else first
    by = [signs + column for column in columns]
    keys = list(rows.order_by(*by).values_list("pk", flat=True)[start : start + count])
    return keys[::-1] if from_end else keys


def _with_relations(rows: QuerySet[Individual] | Manager[Individual]) -> QuerySet[Individual]:
    return rows.select_related("genotype", "parent", "evaluation", "experiment")
