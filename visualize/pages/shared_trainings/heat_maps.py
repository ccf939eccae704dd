"""Heat maps of a shared training: the gates or the controller's probabilities over its epochs, and their entropy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

from search.evolution.genotypes.space import SearchSpace
from visualize.drawings.names import edge_name, operation_word

SHADES = 10
MOST_COLUMNS = 40
"""Epochs that a heat map shows; of more, evenly spread ones, the first and the last among them."""
CELL = 12.0
"""Side of a cell, in units of the picture."""
LABELS = 62.0
"""Width of the names at the left."""

Point = Mapping[str, Any]


@dataclass(frozen=True)
class HeatCell:
    """One value at one epoch."""

    x: float
    y: float
    shade: int
    """0: none, to SHADES: all."""
    text: str
    """For a pointer that rests on it."""


@dataclass(frozen=True)
class HeatRow:
    """One name and its values over the epochs."""

    name: str
    y: float
    last: float
    """Its latest value, a fraction 0..1."""


@dataclass(frozen=True)
class HeatMap:
    """Rows of values over epochs."""

    title: str
    note: str
    rows: tuple[HeatRow, ...]
    cells: tuple[HeatCell, ...]
    width: float
    height: float
    first: int
    """Epoch at the left."""
    last: int
    """Epoch at the right."""

    @property
    def summary(self) -> str:
        """The picture in words."""
        now = ", ".join(f"{row.name} {round(100 * row.last)} %" for row in self.rows)
        return f"{self.title}, epochs {self.first} to {self.last}. At the last one: {now}."


def gate_maps(space: SearchSpace, history: Sequence[Point], place: tuple[int, int]) -> list[HeatMap]:
    """One for each edge of a motif: how its operations share the probability."""
    level, slot = place
    name = space.motif_name(level, slot)
    points = [point for point in _spread(history) if name in point["gates"]]
    if not points:
        return []
    maps, row = [], 0
    operations = range(1 + len(space.operations(level)))
    for successor in range(2, space.level(level).nodes + 1):
        for predecessor in range(1, successor):
            shares = {
                operation_word(space, level, operation) or "none": [
                    point["gates"][name][row][operation] for point in points
                ]
                for operation in operations
            }
            best = max(operations, key=lambda operation: points[-1]["gates"][name][row][operation])
            title = f"{name} {edge_name(space, level, successor, predecessor)}"
            maps.append(_heat_map(title, operation_word(space, level, best) or "none", shares, points))
            row += 1
    return maps


def entropy_map(space: SearchSpace, history: Sequence[Point]) -> HeatMap | None:
    """Mean entropy of each motif's edges, as a share of the most that it can be; None without gates."""
    points = [point for point in _spread(history) if point["gates"]]
    if not points:
        return None
    shares = {}
    for level in range(space.top, 1, -1):
        for slot in range(1, space.level(level).motifs + 1):
            name = space.motif_name(level, slot)
            shares[name] = [mean_entropy(point["gates"][name]) for point in points]
    return _heat_map("Entropy", "", shares, points)


def mean_entropy(rows: Sequence[Sequence[float]]) -> float:
    """Of the edges of a motif, as a share of the entropy of an even draw: 1 undecided, 0 certain."""
    if not rows:
        return 0.0
    entropies = [-sum(share * log(share) for share in row if share > 0) / log(len(row)) for row in rows]
    return max(0.0, sum(entropies) / len(entropies))


def total_entropy(point: Point) -> float | None:
    """Over all edges of all motifs; None without gates."""
    rows = [row for rows in point["gates"].values() for row in rows]
    return mean_entropy(rows) if rows else None


def _heat_map(
    title: str, note: str, shares: Mapping[str, Sequence[float]], points: Sequence[Point]
) -> HeatMap:
    cells, rows = [], []
    for number, (name, values) in enumerate(shares.items()):
        y = number * CELL
        rows.append(HeatRow(name, y + CELL / 2, values[-1]))
        for column, (value, point) in enumerate(zip(values, points, strict=True)):
            text = f"{name}, epoch {point['epoch']}: {100 * value:.0f} %"
            shade = round(SHADES * min(1.0, max(0.0, value)))
            cells.append(HeatCell(LABELS + column * CELL, y, shade, text))
    return HeatMap(
        title=title,
        note=note,
        rows=tuple(rows),
        cells=tuple(cells),
        width=LABELS + len(points) * CELL,
        height=len(rows) * CELL,
        first=points[0]["epoch"],
        last=points[-1]["epoch"],
    )


def _spread(history: Sequence[Point]) -> list[Point]:
    if len(history) <= MOST_COLUMNS:
        return list(history)
    last = len(history) - 1
    return [history[round(place * last / (MOST_COLUMNS - 1))] for place in range(MOST_COLUMNS)]
