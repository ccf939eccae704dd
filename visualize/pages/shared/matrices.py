"""Edge matrix of a motif: row = successor node, column = predecessor node."""

from collections.abc import Mapping
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.liveness import Liveness
from search.evolution.genotypes.primitives import NONE
from visualize.drawings.names import (
    card_anchor,
    edge_id,
    edge_name,
    node_name,
    operation_label,
    operation_word,
)
from visualize.style.palette import tone


@dataclass(frozen=True)
class Cell:
    """One edge. `text` is empty where there is none."""

    edge: str
    text: str
    label: str
    classes: str
    href: str


@dataclass(frozen=True)
class MatrixRow:
    name: str
    cells: tuple[Cell, ...]
    blanks: int
    """Places right of the diagonal: no edge can go there."""


@dataclass(frozen=True)
class Matrix:
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


def matrix(
    genotype: Genotype, level: int, slot: int, liveness: Liveness, marked: Mapping[str, str]
) -> Matrix:
    """`marked`: classes of single edges by id, such as the one that is selected."""
    nodes = genotype.space.level(level).nodes
    used = liveness.uses[level, slot] > 0
    rows: dict[int, list[Cell]] = {}
    for successor, predecessor, operation in edges(genotype.motif(level, slot)):
        place = (level, slot, successor, predecessor)
        dead = operation != NONE and used and place not in liveness.live_edges
        name = edge_id(*place)
        classes = [_look(genotype, level, operation), "dead" if dead else "", marked.get(name, "")]
        cell = Cell(
            edge=name,
            text=operation_word(genotype.space, level, operation),
            label=f"{edge_name(genotype.space, level, successor, predecessor)}: "
            f"{operation_label(genotype.space, level, operation)}{', dead' if dead else ''}",
            classes=" ".join(word for word in classes if word),
            href=f"#{card_anchor(level - 1, operation)}" if level > 2 and operation != NONE else "",
        )
        rows.setdefault(successor, []).append(cell)
    return Matrix(
        columns=tuple(node_name(node, nodes) for node in range(1, nodes)),
        rows=tuple(
            MatrixRow(node_name(node, nodes), tuple(cells), nodes - 1 - len(cells))
            for node, cells in rows.items()
        ),
    )


def _look(genotype: Genotype, level: int, operation: int) -> str:
    if operation == NONE:
        return "none"
    return f"tone-{tone(operation)}" if level > 2 else f"op-{genotype.space.operation_name(level, operation)}"
