"""Keyset pagination in any order: a page costs the same however far down it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)

Place = tuple[float | int | None, int]
"""(value of the column, value of the tie-breaking column) of the last row seen."""


@dataclass(frozen=True)
class Order:
    """A sort order that names each row's place uniquely. Rows without a value come last."""

    column: str
    tie: str
    """A column that is unique in the list, such as `step` or `id`."""
    descending: bool = False
    nullable: bool = False

    @property
    def name(self) -> str:
        """As a client writes it; - stands for descending."""
        return f"-{self.column}" if self.descending else self.column

    def place(self, row: Model) -> Place:
        return getattr(row, self.column), getattr(row, self.tie)


def page_after(rows: QuerySet[Row], order: Order, after: Place | None, limit: int) -> list[Row]:
    """Up to `limit` rows that come after a place; None: from the first."""
    found: list[Row] = []
    if after is None or after[0] is not None:
        found = list(_valued(rows, order, after)[:limit])
    if order.nullable and len(found) < limit:
        tie = after[1] if after is not None and after[0] is None else None
        found += _without_value(rows, order, tie)[: limit - len(found)]
    return found


def in_pages(rows: QuerySet[Row], order: Order, size: int) -> Iterator[Row]:
    """All rows, fetched `size` at a time: bounded memory, and no cursor or snapshot is held open meanwhile."""
    after: Place | None = None
    while True:
        found = page_after(rows, order, after, size)
        yield from found
        if len(found) < size:
            return
        after = order.place(found[-1])


def _valued(rows: QuerySet[Row], order: Order, after: Place | None) -> QuerySet[Row]:
    column, tie = order.column, order.tie
    if order.nullable:
        rows = rows.filter(**{f"{column}__isnull": False})
    if after is not None:
        beyond = "lt" if order.descending else "gt"
        if column == tie:
            rows = rows.filter(**{f"{column}__{beyond}": after[0]})
        else:
            further = Q(**{f"{column}__{beyond}": after[0]}) | Q(**{column: after[0], f"{tie}__gt": after[1]})
            # The first condition follows from the second and lets the database begin in its index.
            rows = rows.filter(Q(**{f"{column}__{beyond}e": after[0]}), further)
    by: Any = F(column).desc() if order.descending else F(column).asc()
    return rows.order_by(by) if column == tie else rows.order_by(by, tie)


def _without_value(rows: QuerySet[Row], order: Order, after: int | None) -> QuerySet[Row]:
    rows = rows.filter(**{f"{order.column}__isnull": True})
    if after is not None:
        rows = rows.filter(**{f"{order.tie}__gt": after})
    return rows.order_by(order.tie)
