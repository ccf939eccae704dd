"""The population table: what a page's address asks for, and the rows that answer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from search import selectors
from search.models import Experiment, WorkState

PER_PAGE = 25
START = "-fitness"
DESCENDING_FIRST = ("fitness",)
"""Columns whose first click sorts the largest to the top."""


@dataclass(frozen=True)
class Column:
    """One column that can be sorted by, and the order its heading leads to."""

    name: str
    label: str
    order: str
    sorted: str
    """`ascending`, `descending` or empty: the value of aria-sort."""


@dataclass(frozen=True)
class Population:
    """A page of the table, or the reason why the filter cannot be read."""

    page: selectors.Page | None
    query: str
    state: str
    error: str = ""
    columns: dict[str, Column] = field(default_factory=dict)

    @property
    def states(self) -> list[str]:
        return list(WorkState.values)

    @property
    def last(self) -> int:
        """Place of the last row among all."""
        return self.page.first + len(self.page.items) - 1 if self.page else 0

    @property
    def previous(self) -> int:
        return self.page.number - 1 if self.page else 0

    @property
    def next(self) -> int:
        return self.page.number + 1 if self.page else 0

    @property
    def filtered(self) -> bool:
        return bool(self.query or self.state)


def population(experiment: Experiment, asked: Mapping[str, Any]) -> Population:
    """`asked` is the query of the address: q, state, sort, page. Nonsense in it is answered, never raised."""
    query = str(asked.get("q", "")).strip()
    state = str(asked.get("state", ""))
    state = state if state in WorkState.values else ""
    order = str(asked.get("sort", "")) or START
    order = order if order.removeprefix("-") in selectors.ORDERS else START
    columns = {name: _column(name, order) for name in selectors.ORDERS}
    try:
        page = selectors.individuals(
            experiment, state=state, query=query, order=order, page=_number(asked), per_page=PER_PAGE
        )
    except selectors.QueryError as fault:
        return Population(None, query, state, error=_sentence(str(fault)), columns=columns)
    return Population(page, query, state, columns=columns)


def _number(asked: Mapping[str, Any]) -> int:
    text = str(asked.get("page", "1"))
    return min(int(text), 10**9) if text.isascii() and text.isdigit() else 1


def _column(name: str, order: str) -> Column:
    labels = {"step": "#", "fitness": "Fitness", "parameters": "Params", "multiply_adds": "Multiply-adds"}
    here = order.removeprefix("-") == name
    if here:
        now = "descending" if order.startswith("-") else "ascending"
        return Column(name, labels[name], name if now == "descending" else f"-{name}", now)
    return Column(name, labels[name], f"-{name}" if name in DESCENDING_FIRST else name, "")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else text
