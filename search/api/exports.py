"""Streaming exports of individuals as files."""

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, get_args

from django.db.models import QuerySet
from ninja.responses import NinjaJSONEncoder

from search.api.parquet import Column, Kind, parquet
from search.api.schemas.individuals import IndividualRow, individual_values
from search.database.keyset import Order, in_pages
from search.models import Individual

AT_ONCE = 1000
BY_STEP = Order("step", tie="step")
COLUMNS = tuple(IndividualRow.model_fields)


class _Lines:
    """What csv.writer writes to: each row comes back as text."""

    def write(self, text: str) -> str:
        return text


def _parquet_column(name: str, annotation: Any) -> Column:
    choices = set(get_args(annotation)) if isinstance(annotation, UnionType) else {annotation}
    return Column(name, _KINDS.get((choices - {NoneType}).pop(), "text"), NoneType in choices)


_KINDS: dict[Any, Kind] = {bool: "boolean", int: "integer", float: "number", datetime: "moment"}
PARQUET = tuple(_parquet_column(name, field.annotation) for name, field in IndividualRow.model_fields.items())


def parquet_pieces(rows: QuerySet[Individual]) -> Iterator[bytes]:
    """The same table with types: numbers, moments in UTC, and null where there is nothing."""
    return parquet(PARQUET, ([values[name] for name in COLUMNS] for values in _values(rows)))


def _values(rows: QuerySet[Individual]) -> Iterator[dict[str, Any]]:
    """For tables: the mutation in words, tags with commas between them."""
    for row in in_pages(rows, BY_STEP, AT_ONCE):
        values = individual_values(row)
        values["mutation"] = values["mutation"] and values["mutation"]["text"]
        values["tags"] = ", ".join(values["tags"])
        yield values


def csv_lines(rows: QuerySet[Individual]) -> Iterator[str]:
    """A header and a line for each individual; the mutation in words."""
    writer: Any = csv.writer(_Lines())
    yield writer.writerow(COLUMNS)
    for values in _values(rows):
        values |= {name: values[name] and values[name].isoformat() for name in ("created_at", "finished_at")}
        yield writer.writerow(_harmless(values[name]) for name in COLUMNS)


def _harmless(value: Any) -> Any:
    """A spreadsheet takes a text that begins so for a formula, and a formula can send data away."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value


def json_lines(rows: QuerySet[Individual]) -> Iterator[str]:
    """A JSON object for each individual, with its genotype's document."""
    for row in in_pages(rows, BY_STEP, AT_ONCE):
        values = individual_values(row)
        values["document"] = {"space": row.genotype.space, "levels": row.genotype.levels}
        yield json.dumps(values, cls=NinjaJSONEncoder, separators=(",", ":")) + "\n"
