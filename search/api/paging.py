"""Cursor pagination of lists: opaque cursors."""

import base64
import json
import math
from typing import Annotated, Any, NamedTuple, TypeVar

from django.db.models import Model, QuerySet
from pydantic import BaseModel, Field

from search.api.problems import invalid
from search.api.schemas.base import Count
from search.database.keyset import Order, Place, page_after

PER_PAGE = 50
MOST_PER_PAGE = 500
BAD_CURSOR = "is no cursor of this list in this order; give next_cursor of the page before, or leave it out"

Row = TypeVar("Row", bound=Model)
Cursor = Annotated[
    str,
    Field(
        max_length=300,
        pattern=r"^[A-Za-z0-9_-]*$",
        description="`next_cursor` of the page before, with the same order; empty: the first page",
    ),
]


class PageQuery(BaseModel):
    """What every list takes."""

    cursor: Cursor = ""
    limit: Count = Field(default=PER_PAGE, ge=1, le=MOST_PER_PAGE, description="Rows on a page")


class FoundPage(NamedTuple):
    """One page of rows."""

    rows: list[Any]
    next_cursor: str | None


def find_page(rows: QuerySet[Row], order: Order, asked: PageQuery) -> FoundPage:
    """The page that was asked for. Raises Problem (422) for a cursor that is none."""
    found = page_after(rows, order, read_cursor(order, asked.cursor), asked.limit + 1)
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return FoundPage(shown, write_cursor(order, order.place(shown[-1])) if more else None)


def write_cursor(order: Order, place: Place) -> str:
    text = json.dumps([order.name, *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(order: Order, cursor: str) -> Place | None:
    """Where the page before ended; None: begin at the beginning. Raises Problem (422)."""
    if not cursor:
        return None
    place = _decode(order, cursor)
    if place is None:
        raise invalid("query", "cursor", BAD_CURSOR, cursor)
    return place


def _decode(order: Order, cursor: str) -> Place | None:
    try:
        parts: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        return None
    if not (isinstance(parts, list) and len(parts) == 3 and parts[0] == order.name):
        return None
    _, value, tie = parts
    if type(tie) is not int or abs(tie) >= 2**63:
        return None
    if value is None:
        return (None, tie) if order.nullable else None
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) >= 2**63:
        return None
    return value, tie
