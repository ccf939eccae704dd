"""The population table: what a page's address asks for, and the rows that answer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from search import selectors
from search.models import Experiment, WorkState

PER_PAGE = 25
START = "-fitness"
CHOICES: dict[str, str] = {
    "fitness": "Fitness",
    "spread": "Spread",
    "parameters": "Params",
    "multiply_adds": "Multiply-adds",
    "mutation": "Mutation",
    "parent": "Parent",
    "generation": "Generation",
    "origin": "Origin",
    "seconds": "Training time",
    "tags": "Tags",
}
"""Columns beside the step and the cell, in their order; the address' `columns` names those that are wanted."""
SHOWN_FIRST = ("fitness", "parameters", "multiply_adds", "mutation", "parent", "generation")
ON_PHONES = ("fitness", "parameters")
NUMBERS = ("fitness", "spread", "parameters", "multiply_adds", "parent", "generation", "seconds")
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
class Choice:
    """One column that can be shown."""

    name: str
    label: str
    shown: bool
    style: str
    """Classes of its cells."""
    sort: Column | None
    """How its heading sorts; None where SQL keeps no order for it."""


@dataclass(frozen=True)
class Population:
    """A page of the table, or the reason why the filter cannot be read."""

    page: selectors.Page | None
    query: str
    state: str
    error: str = ""
    columns: dict[str, Column] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()

    @property
    def shown(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.choices if choice.shown)

    @property
    def export(self) -> str:
        """The query of the REST API that means exactly what is filtered here."""
        asked = {"query": self.query, "state": self.state}
        return urlencode({name: value for name, value in asked.items() if value})

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
    choices = _choices(asked, columns)
    try:
        page = selectors.individuals(
            experiment, state=state, query=query, order=order, page=_number(asked), per_page=PER_PAGE
        )
    except selectors.QueryError as fault:
        return Population(None, query, state, error=_sentence(str(fault)), columns=columns, choices=choices)
    return Population(page, query, state, columns=columns, choices=choices)


def _choices(asked: Mapping[str, Any], columns: Mapping[str, Column]) -> tuple[Choice, ...]:
    """The form sends a field for each ticked column; a shared address may say `columns=fitness,origin`."""
    several = asked.getlist("columns") if isinstance(asked, QueryDict) else [str(asked.get("columns", ""))]
    chosen = {name for text in several for name in text.split(",")} & set(CHOICES)
    wanted = chosen or set(SHOWN_FIRST)
    return tuple(
        Choice(name, label, name in wanted, _style(name, everywhere=name in chosen), columns.get(name))
        for name, label in CHOICES.items()
    )


def _style(name: str, *, everywhere: bool) -> str:
    """A phone shows few columns of the usual ones, and every one that somebody chose."""
    classes = ("num" if name in NUMBERS else "", "" if everywhere or name in ON_PHONES else "wide-only")
    return " ".join(part for part in classes if part)


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
