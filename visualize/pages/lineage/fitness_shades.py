"""Colour scale of fitness in the lineage tree, with its legend."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.selectors.lineage import LineageNode
from visualize.style.formats import per_cent

SHADES = 7
"""Steps of the scale; their colours are in lineage.css."""
FLOOR = 0.05
"""This share of the individuals takes the palest shade: a few bad ones would leave no contrast to the others."""


@dataclass(frozen=True)
class Shade:
    name: str
    value: str


class Shading:
    """Fitness -> one of the shades, evenly between the least (but for a few) and the best shown."""

    def __init__(self, fitness: Sequence[float | None]) -> None:
        known = sorted(value for value in fitness if value is not None)
        self._low = known[int(FLOOR * (len(known) - 1))] if known else 0.0
        self._high = known[-1] if known else 1.0

    def of(self, kin: LineageNode) -> str:
        if kin.fitness is None:
            return f"no-fitness {kin.state}"
        span = self._high - self._low
        share = (kin.fitness - self._low) / span if span else 1.0
        return f"fit-{1 + round(max(0.0, share) * (SHADES - 1))}"

    @property
    def legend(self) -> tuple[Shade, ...]:
        span = self._high - self._low
        return tuple(
            Shade(f"fit-{number}", per_cent(self._low + span * (number - 1) / (SHADES - 1), 1))
            for number in range(1, SHADES + 1)
        )
