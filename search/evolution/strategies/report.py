"""What a strategy has learned, or how it chooses, for its page. Must import neither Django nor torch."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Table:
    """One table of a report."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    """Texts and numbers, at most a few hundred; a text like `#12` leads to that individual."""
    shares: tuple[str, ...] = ()
    """Columns whose numbers are shares 0..1, which a page shades."""

    def to_json(self) -> dict[str, Any]:
        rows = [list(row) for row in self.rows]
        shares = {"shares": list(self.shares)} if self.shares else {}
        return {"title": self.title, "columns": list(self.columns), "rows": rows, **shares}


@dataclass(frozen=True)
class Report:
    """Facts, tables and numbers."""

    facts: tuple[tuple[str, str], ...] = ()
    """Label and value."""
    tables: tuple[Table, ...] = ()
    numbers: dict[str, float] = field(default_factory=dict)
    """Kept for each version and drawn over time, such as {"entropy": 1.9}; few, always the same names."""
    against: tuple[tuple[int, float, float], ...] = ()
    """Step, predicted and found fitness of networks that the model had not seen; at most a few hundred."""

    def to_json(self) -> dict[str, Any]:
        return {
            "facts": [list(row) for row in self.facts],
            "tables": [table.to_json() for table in self.tables],
            **({"against": [list(row) for row in self.against]} if self.against else {}),
        }


def per_cent(fraction: float) -> str:
    """`93.21 %`."""
    return f"{100 * fraction:.2f} %"
