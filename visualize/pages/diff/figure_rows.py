"""Figures of several genotypes as rows, the best of each marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from search.evolution.networks.cost import Cost, network_cost
from visualize.pages.diff.hosts import common_host
from visualize.pages.diff.sides import Side
from visualize.style.formats import DASH, count, duration, magnitude, per_cent


@dataclass(frozen=True)
class Figure:
    """One value; both are text."""

    text: str
    note: str = ""
    """In small beside it: spread, or the difference from the first column as a share."""
    best: bool = False


@dataclass(frozen=True)
class FigureRow:
    label: str
    figures: tuple[Figure, ...]
    note: str = ""


def figure_rows(sides: Sequence[Side]) -> list[FigureRow]:
    """Costs are counted in the host that all were trained in, or in the usual one where there is no such."""
    host, host_is_theirs = common_host(sides)
    where = "" if host_is_theirs else f"in the {host.kind} host with {host.channels} channels"
    pairs = any(side.genotype.space.reduction_cell for side in sides)
    costs = [network_cost(side.phenotype, host) if side.phenotype else None for side in sides]
    rows = [
        _cost_row("Parameters", costs, lambda cost: cost.parameters, where),
        _cost_row("Multiply-adds", costs, lambda cost: cost.multiply_adds, where),
        _cost_row("Activations", costs, lambda cost: cost.activations, where),
        _cost_row("Network depth", costs, lambda cost: cost.depth, where),
        _row(
            "Operations in the cells" if pairs else "Operations in a cell",
            [len(side.phenotype.all_operations) if side.phenotype else None for side in sides],
        ),
    ]
    if any(side.individual for side in sides):
        rows = [_fitness_row(sides), _seconds_row(sides), *rows]
    return rows


def _fitness_row(sides: Sequence[Side]) -> FigureRow:
    values = [side.individual.fitness if side.individual else None for side in sides]
    most = max((value for value in values if value is not None), default=None)
    figures = []
    for side, value in zip(sides, values, strict=True):
        row = side.individual
        text = DASH if row is None else per_cent(value) if value is not None else row.state
        notes = [f"± {per_cent(row.fitness_spread)}"] if row and row.fitness_spread is not None else []
        if row and row.repeats and value is not None:
            notes.append(f"mean of {row.repeats}" if row.repeats > 1 else "one training")
        figures.append(Figure(text, ", ".join(notes), _is_best(value, most, values)))
    return FigureRow("Fitness", tuple(figures))


def _seconds_row(sides: Sequence[Side]) -> FigureRow:
    found = [side.individual.evaluation.train_seconds if side.individual else None for side in sides]
    values = [seconds or None for seconds in found]
    least = min((value for value in values if value is not None), default=None)
    alike = len({side.individual.repeats for side in sides if side.individual}) < 2
    figures = [
        Figure(DASH if value is None else duration(value), "", alike and _is_best(value, least, values))
        for value in values
    ]
    return FigureRow("Training", tuple(figures))


def _cost_row(label: str, costs: Sequence[Cost | None], value: Callable[[Cost], int], note: str) -> FigureRow:
    return _row(label, [None if cost is None else value(cost) for cost in costs], note)


def _row(label: str, values: Sequence[int | None], note: str = "") -> FigureRow:
    known = [value for value in values if value is not None]
    show: Callable[[int | None], str] = magnitude if max(known, default=0) >= 10_000 else count
    least = min(known, default=None)
    first = values[0]
    return FigureRow(
        label,
        tuple(Figure(show(value), _share(first, value), _is_best(value, least, values)) for value in values),
        note,
    )


def _share(first: int | None, value: int | None) -> str:
    if not first or value is None or value == first:
        return ""
    return f"{'+' if value > first else ''}{per_cent((value - first) / first, 1)}"


def _is_best(value: float | None, best: float | None, values: Sequence[float | None]) -> bool:
    """Where all are alike none is."""
    return value is not None and value == best and len({other for other in values if other is not None}) > 1
