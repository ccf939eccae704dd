"""Individuals of an experiment, fetched page by page while iterated."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasweb.client.errors import NaswebError
from nasweb.client.notebooks import MOST_ROWS, individuals_html
from nasweb.client.records import Individual
from nasweb.client.transport import Transport

if TYPE_CHECKING:
    import pandas

NO_PANDAS = (
    "to_frame() needs pandas, which is not installed here: pip install pandas, or iterate over the records"
)


class Individuals:
    """An iterable of records; each iteration asks the server anew."""

    def __init__(
        self, transport: Transport, path: str, query: Mapping[str, Any], limit: int | None = None
    ) -> None:
        self._transport = transport
        self._path = path
        self._query = query
        self._limit = limit

    def __iter__(self) -> Iterator[Individual]:
        for row in self._transport.items(self._path, limit=self._limit, **self._query):
            yield Individual.read(row)

    def _repr_html_(self) -> str:
        """The first of them, for a notebook."""
        asked = min(self._limit or MOST_ROWS + 1, MOST_ROWS + 1)
        rows = list(Individuals(self._transport, self._path, self._query, limit=asked))
        return individuals_html(rows[:MOST_ROWS], more=len(rows) > MOST_ROWS)

    def first(self) -> Individual | None:
        """The first in this order, None when there is none; asks for no more than that one."""
        only = Individuals(self._transport, self._path, self._query, limit=1)
        return next(iter(only), None)

    def to_frame(self) -> "pandas.DataFrame":
        """One row for each individual, with its step as index and the mutation in words."""
        try:
            library = import_module("pandas")  # asked for here, for nothing else needs it
        except ImportError:
            raise NaswebError(NO_PANDAS) from None
        columns = [part.name for part in fields(Individual) if part.name != "raw"]
        rows = []
        for individual in self:
            row = {name: getattr(individual, name) for name in columns}
            changed = individual.raw["mutation"]
            row["mutation"] = changed["text"] if changed else None
            rows.append(row)
        frame: pandas.DataFrame = library.DataFrame(rows, columns=columns)
        return frame.set_index("step")
