"""Parallel coordinates: a line a network through its features, and the bounds of the filter on their axes."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from search.selectors.network_features import NetworkFeatures
from search.selectors.query import SUFFIXES
from visualize.pages.motifs.what_works.features import FITNESS, Feature

DRAWN = 400
"""Lines of one picture: the fittest quarter of them, and others evenly over the search."""
WIDTH, HEIGHT, TOP, BOTTOM, SIDE = 1120.0, 330.0, 46.0, 26.0, 52.0
SHADES = 7
_BOUND = re.compile(
    r"^(?P<word>[a-z]+(?::[a-z0-9]+)?)(?P<sign>>=|<=)(?P<value>[0-9.e+]+)(?P<suffix>[kMG%]?)$"
)


@dataclass(frozen=True)
class Axis:
    """One feature from its least to its largest value."""

    word: str
    label: str
    look: str
    x: float
    low: float
    high: float
    least: str
    """The ends as they are written."""
    most: str
    bound: tuple[float, float] | None
    """Top and height of what the filter leaves, None where it says nothing of it."""
    raised: bool
    """Its name stands on the upper of two lines, so that neighbours do not touch."""


@dataclass(frozen=True)
class NetworkLine:
    step: int
    path: str
    shade: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Parallel:
    axes: list[Axis]
    lines: list[NetworkLine]
    """The fittest last, so that they lie on top."""
    total: int
    filtered: bool

    width, height, top = WIDTH, HEIGHT, TOP
    bottom = HEIGHT - BOTTOM

    @property
    def chosen(self) -> int:
        return sum(line.chosen for line in self.lines)


def drawn(networks: Sequence[NetworkFeatures]) -> list[NetworkFeatures]:
    """At most DRAWN of them, the least fit first."""
    by_fitness = sorted(networks, key=lambda row: row.fitness)
    if len(by_fitness) <= DRAWN:
        return by_fitness
    rest, fittest = by_fitness[: -(DRAWN // 4)], by_fitness[-(DRAWN // 4) :]
    stride = len(rest) / (DRAWN - len(fittest))
    return [*(rest[int(index * stride)] for index in range(DRAWN - len(fittest))), *fittest]


def parallel(
    networks: Sequence[NetworkFeatures], listed: Sequence[Feature], text: str, chosen: AbstractSet[int] | None
) -> Parallel:
    """`chosen`: steps that fulfil the filter, None where there is no filter."""
    shown = [
        row for row in (*listed, FITNESS) if row is FITNESS or len({row.read(each) for each in networks}) > 1
    ]
    bounds = _bounds(text)
    axes = [_axis(row, place, len(shown), networks, bounds.get(row.word)) for place, row in enumerate(shown)]
    low, span = axes[-1].low, (axes[-1].high - axes[-1].low) or 1.0
    lines = []
    for row in networks:
        places = [
            f"{axis.x:.0f} {_y(axis, each.read(row)):.0f}" for axis, each in zip(axes, shown, strict=True)
        ]
        shade = f"fit-{1 + round((row.fitness - low) / span * (SHADES - 1))}"
        label = f"#{row.step}: {FITNESS.write(row.fitness)}"
        lines.append(
            NetworkLine(row.step, "M" + "L".join(places), shade, label, chosen is None or row.step in chosen)
        )
    return Parallel(axes, lines, len(networks), chosen is not None)


def _axis(
    row: Feature,
    place: int,
    count: int,
    networks: Sequence[NetworkFeatures],
    bound: tuple[float, float] | None,
) -> Axis:
    values = [row.read(network) for network in networks]
    low, high = min(values), max(values)
    x = SIDE + (WIDTH - 2 * SIDE) * place / max(1, count - 1)
    ends, raised = (row.write(low), row.write(high)), place % 2 == 1
    axis = Axis(row.word, row.label, row.look, round(x, 1), low, high, *ends, None, raised)
    if bound is None:
        return axis
    upper, lower = _y(axis, min(bound[1], high)), _y(axis, max(bound[0], low))
    return replace(axis, bound=(upper, round(max(2.0, lower - upper), 1)))


def _y(axis: Axis, value: float) -> float:
    share = (value - axis.low) / (axis.high - axis.low) if axis.high > axis.low else 0.5
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * min(1.0, max(0.0, share)), 1)


def _bounds(text: str) -> dict[str, tuple[float, float]]:
    """Word -> (least, most) of the terms that an axis can show; the filter may say much else."""
    found: dict[str, tuple[float, float]] = {}
    for term in text.split():
        match = _BOUND.match(term)
        try:
            value = float(match["value"]) * SUFFIXES.get(match["suffix"], 1.0) if match else None
        except ValueError:
            continue
        if match is None or value is None:
            continue
        least, most = found.get(match["word"], (float("-inf"), float("inf")))
        found[match["word"]] = (
            (max(least, value), most) if match["sign"] == ">=" else (least, min(most, value))
        )
    return found
