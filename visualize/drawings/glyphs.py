"""Glyph of a cell for tables: its arcs alone, written as SVG directly."""

from functools import lru_cache

from search.evolution.genotypes.genotype import Motif, edges
from search.evolution.genotypes.primitives import NONE
from visualize.style.palette import tone

WIDTH, HEIGHT = 72, 24
_SIDE = 4.0
_ROW = 14.0
"""The nodes' row: more room above it, where the longest arcs are."""
_ABOVE, _BELOW = 12.0, 8.5
_DENSE = 7
"""Above so many nodes the lines are thinner."""


@lru_cache(maxsize=4096)
def cell_glyph(cell: Motif, operations: tuple[str, ...], name: str = "cell") -> str:
    """An SVG of 72x24 units. `operations` are the names of ids 1, 2, … at the cell's level."""
    nodes = len(cell) + 1
    step = (WIDTH - 2 * _SIDE) / (nodes - 1)
    arcs = []
    for successor, predecessor, operation in edges(cell):
        if operation != NONE:
            left, right = (_SIDE + (node - 1) * step for node in (predecessor, successor))
            d = _curve(left, right, successor - predecessor, nodes)
            arcs.append(f'<path class="line {_look(operations[operation - 1])}" d="{d}"/>')
    xs = [f"{_SIDE + node * step:.1f}" for node in range(nodes)]
    dots = "".join(f'<circle class="dot" cx="{x}" cy="{_ROW}" r="1.6"/>' for x in xs)
    classes = "glyph dense" if nodes > _DENSE else "glyph"
    count = f"{len(arcs)} edge" if len(arcs) == 1 else f"{len(arcs)} edges"
    return (
        f'<svg class="{classes}" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' role="img" aria-label="{name} with {count}">{"".join(arcs)}{dots}</svg>'
    )


def _look(operation: str) -> str:
    return f"tone-{tone(int(operation[1:]))}" if operation[1:].isdigit() else f"op-{operation}"


def _curve(left: float, right: float, span: int, nodes: int) -> str:
    """Scaled so that the longest possible arc just fits, whatever the number of nodes."""
    if span == 1:
        return f"M{left:.1f},{_ROW}H{right:.1f}"
    longest = nodes - 1
    if span % 2 == 0:
        height = -_ABOVE * span / (longest - longest % 2)
    else:
        height = _BELOW * span / (longest - (longest + 1) % 2)
    lift = _ROW + height * 4 / 3
    reach = (right - left) * 0.22
    return (
        f"M{left:.1f},{_ROW}C{left + reach:.1f},{lift:.1f} {right - reach:.1f},{lift:.1f} {right:.1f},{_ROW}"
    )
