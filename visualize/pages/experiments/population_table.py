"""Population table: query parameters, columns, rows."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from search import selectors
from search.models import Experiment, Individual, WorkState
from search.selectors.query import FIELDS, FilterField

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
ROWS = ("networks", "individuals")
"""What a row can be; equal networks share one unless the address asks for individuals."""
MOST_UNFOLDED = 25
DESCENDING_FIRST = ("fitness",)
"""Columns whose first click sorts the largest to the top."""


@dataclass(frozen=True)
class SortColumn:
    """One column that can be sorted by, and the order its heading leads to."""

    name: str
    label: str
    order: str
    sorted: str
    """`ascending`, `descending` or empty: the value of aria-sort."""


@dataclass(frozen=True)
class TableColumn:
    """One column that can be shown."""

    name: str
    label: str
    shown: bool
    style: str
    """Classes of its cells."""
    sort: SortColumn | None
    """How its heading sorts; None where SQL keeps no order for it."""


@dataclass(frozen=True)
class TableLine:
    """One line of the table."""

    row: Individual
    twins: int = 0
    """Further individuals that are the same network."""
    is_open: bool = False
    unfold: str = ""
    """The address' list once this line's own twins are shown, or hidden where they are shown."""
    of: Individual | None = None
    """A twin's network, above it."""
    rest: bool = False
    """No individual: how many further twins are not listed."""


@dataclass(frozen=True)
class PopulationTable:
    """A page of the table, or the reason why the filter cannot be read."""

    page: selectors.Page | None
    query: str
    state: str
    error: str = ""
    columns: dict[str, SortColumn] = field(default_factory=dict)
    choices: tuple[TableColumn, ...] = ()
    rows: str = ROWS[0]
    unfolded: tuple[int, ...] = ()
    """Steps whose twins stand below them."""
    repeats: int | None = None
    """Trainings of each network; None where the configuration would not be accepted any more."""

    @property
    def lines(self) -> Iterator["TableLine"]:
        """The rows of the page, each network followed by its twins where it is unfolded."""
        if self.page is None:
            return
        for row in self.page.items:
            count = self.page.twins.get(row.pk, 0)
            twins = self.page.unfolded.get(row.pk, ())
            others = tuple(step for step in self.unfolded if step != row.step)
            steps = others if twins else (*others, row.step)
            yield TableLine(row, count, is_open=bool(twins), unfold=",".join(map(str, steps)))
            for twin in twins:
                yield TableLine(twin, of=row)
            if len(twins) < count and twins:
                yield TableLine(row, count - len(twins), rest=True)

    @property
    def shown(self) -> tuple[TableColumn, ...]:
        return tuple(choice for choice in self.choices if choice.shown)

    @property
    def export(self) -> str:
        """The query of the REST API that means exactly what is filtered here."""
        asked = {"query": self.query, "state": self.state}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def fields(self) -> tuple[FilterField, ...]:
        """What a filter can say."""
        return FIELDS

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


def population(experiment: Experiment, asked: Mapping[str, Any]) -> PopulationTable:
    """`asked` is the query of the address: q, state, sort, page, rows, unfold. Nonsense in it is answered, never
    raised."""
    query = str(asked.get("q", "")).strip()
    state = str(asked.get("state", ""))
    state = state if state in WorkState.values else ""
    order = str(asked.get("sort", "")) or START
    order = order if order.removeprefix("-") in selectors.ORDERS else START
    columns = {name: _column(name, order) for name in selectors.ORDERS}
    rows = str(asked.get("rows", ""))
    config = experiment.readable_configuration
    table = PopulationTable(
        None,
        query,
        state,
        columns=columns,
        choices=_choices(asked, columns),
        rows=rows if rows in ROWS else ROWS[0],
        unfolded=_steps(str(asked.get("unfold", ""))),
        repeats=config.protocol.repeats if config else None,
    )
    try:
        wanted = selectors.TableQuery(state, query, order, _number(asked), PER_PAGE)
        if table.rows == ROWS[0]:
            page = selectors.individuals_by_network(experiment, wanted, unfold=table.unfolded)
        else:
            page = selectors.individuals(experiment, **asdict(wanted))
    except selectors.QueryError as fault:
        return replace(table, error=_sentence(str(fault)))
    return replace(table, page=page)


def _steps(text: str) -> tuple[int, ...]:
    words = [word for word in text.split(",") if word.isascii() and word.isdigit() and len(word) < 10]
    return tuple(dict.fromkeys(map(int, words)))[:MOST_UNFOLDED]


def _choices(asked: Mapping[str, Any], columns: Mapping[str, SortColumn]) -> tuple[TableColumn, ...]:
    """The form sends a field for each ticked column; a shared address may say `columns=fitness,origin`."""
    several = asked.getlist("columns") if isinstance(asked, QueryDict) else [str(asked.get("columns", ""))]
    chosen = {name for text in several for name in text.split(",")} & set(CHOICES)
    wanted = chosen or set(SHOWN_FIRST)
    return tuple(
        TableColumn(name, label, name in wanted, _style(name, everywhere=name in chosen), columns.get(name))
        for name, label in CHOICES.items()
    )


def _style(name: str, *, everywhere: bool) -> str:
    """A phone shows few columns of the usual ones, and every one that somebody chose."""
    classes = ("num" if name in NUMBERS else "", "" if everywhere or name in ON_PHONES else "wide-only")
    return " ".join(part for part in classes if part)


def _number(asked: Mapping[str, Any]) -> int:
    text = str(asked.get("page", "1"))
    return min(int(text), 10**9) if text.isascii() and text.isdigit() else 1


def _column(name: str, order: str) -> SortColumn:
    labels = {"step": "#", "fitness": "Fitness", "parameters": "Params", "multiply_adds": "Multiply-adds"}
    here = order.removeprefix("-") == name
    if here:
        now = "descending" if order.startswith("-") else "ascending"
        return SortColumn(name, labels[name], name if now == "descending" else f"-{name}", now)
    return SortColumn(name, labels[name], f"-{name}" if name in DESCENDING_FIRST else name, "")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else text
