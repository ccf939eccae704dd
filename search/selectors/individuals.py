"""Reads of individuals: one by its step, or a filtered, sorted page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Count, Manager, QuerySet

from search.models import Experiment, Individual
from search.selectors.population_cache import cached_for_population
from search.selectors.query import parse_query
from search.selectors.twins import RowCounts, first_of_each, network_row_counts, twin_counts, twin_rows

ORDERS = ("step", "fitness", "parameters", "multiply_adds")
"""Columns a page can be sorted by; `-step` is descending. Ties go by step."""
PER_PAGE = 50
MOST_PER_PAGE = 200
MOST_TWINS = 50
"""Of one network, listed below it."""


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
    twins: Mapping[int, int] = field(default_factory=dict)
    """Where equal networks are one row: primary key -> further individuals that are the same network."""
    unfolded: Mapping[int, Sequence[Individual]] = field(default_factory=dict)
    """Primary key -> the first of those individuals, for the rows that were to be unfolded."""

    @property
    def first(self) -> int:
        """Place of the first row among all, from 1; 0 on an empty page."""
        return (self.number - 1) * self.per_page + 1 if self.items else 0


@dataclass(frozen=True)
class TableQuery:
    """Which individuals a page lists, and in what order."""

    state: str = ""
    query: str = ""
    order: str = "-step"
    page: int = 1
    per_page: int = PER_PAGE


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
    wanted = TableQuery(state, query, order, page, per_page)
    rows = _matching(experiment, wanted)
    if state or query:
        counts = RowCounts(**rows.aggregate(total=Count("pk"), valued=Count("fitness")))
    else:
        counts = RowCounts(experiment.proposed, experiment.evaluated)
    return _page(rows, wanted, counts)


def individuals_by_network(experiment: Experiment, wanted: TableQuery, *, unfold: Sequence[int] = ()) -> Page:
    """One page on which equal networks are one row, the earliest of them; the steps of `unfold` bring their twins.
    Raises as `individuals` does."""
    rows = _matching(experiment, wanted)
    if wanted.state or wanted.query:
        counts = network_row_counts(rows)
    else:  # nothing counts a large population at each look
        counts = cached_for_population("network-rows", experiment, lambda: network_row_counts(rows))
    page = _page(first_of_each(rows), wanted, counts)
    twins = twin_counts(rows, page.items)
    opened = [row for row in page.items if row.step in unfold and twins[row.pk]]
    unfolded = {row.pk: list(_with_relations(twin_rows(rows, row))[:MOST_TWINS]) for row in opened}
    return replace(page, twins=twins, unfolded=unfolded)


def _matching(experiment: Experiment, wanted: TableQuery) -> QuerySet[Individual]:
    rows = Individual.objects.filter(experiment=experiment)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return rows.filter(parse_query(wanted.query)) if wanted.query else rows


def _page(rows: QuerySet[Individual], wanted: TableQuery, counts: RowCounts) -> Page:
    total = counts.total
    per_page = max(1, min(wanted.per_page, MOST_PER_PAGE))
    pages = max(1, -(-total // per_page))
    number = max(1, min(wanted.page, pages))
    first = (number - 1) * per_page
    keys = _keys(rows, wanted.order, first, per_page, total, counts.valued)
    found = _with_relations(Individual.objects).in_bulk(keys)
    items = [found[key] for key in keys if key in found]
    return Page(items, max(total, first + len(items)), number, pages, per_page)  # what is seen is counted


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
