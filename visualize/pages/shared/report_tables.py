"""The tables of a strategy's report as a page shows them: cells that lead to individuals, numbers at the right."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHORT = 16
"""Rows of a table that a page shows as it is; a longer one is rolled."""
STEP = re.compile(r"#(\d+)")


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    text: str
    step: int | None
    """Of the individual that it leads to."""
    is_number: bool
    shade: int | None = None
    """0..10 of a share of 0..1."""


def report_tables(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """{title, columns, rows} of each table of a report in JSON."""
    return [_table(table) for table in report["tables"]]


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    shares = [name in table.get("shares", ()) for name in table["columns"]]
    rows = [
        [_cell(value, is_share=is_share) for value, is_share in zip(row, shares, strict=True)]
        for row in table["rows"]
    ]
    is_long = len(rows) > SHORT
    return {"title": table["title"], "columns": _columns(table), "rows": rows, "is_long": is_long}


def _columns(table: Mapping[str, Any]) -> list[Cell]:
    """Headings, those of numbers at the side of the numbers."""
    first = table["rows"][0] if table["rows"] else table["columns"]
    return [
        Cell(name, None, isinstance(value, (int, float)))
        for name, value in zip(table["columns"], first, strict=True)
    ]


def _cell(value: Any, *, is_share: bool) -> Cell:
    if isinstance(value, (int, float)):
        if is_share:
            return Cell(f"{value:.3f}", None, True, round(10 * min(1.0, max(0.0, value))))
        return Cell(f"{value:,}" if isinstance(value, int) else f"{value:.4g}", None, True)
    found = STEP.fullmatch(str(value))
    return Cell(str(value), int(found[1]) if found else None, False)
