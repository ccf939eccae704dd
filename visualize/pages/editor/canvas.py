"""Editor canvas: drawings by level, choices for an edge, the matrix as a form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.liveness import Liveness
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace
from visualize.drawings import motif_drawing
from visualize.drawings.motifs import pill_text
from visualize.drawings.names import (
    edge_id,
    edge_name,
    motif_id,
    motif_name,
    node_name,
    operation_label,
    operation_word,
)
from visualize.render import page_svg
from visualize.style.palette import ABSENT, tone

_FIELD = re.compile(r"edge-(?P<from>[0-9]{1,3})-(?P<to>[0-9]{1,3})")
MOST_KEYS = 9
"""Operations that a digit sets."""


@dataclass(frozen=True)
class OperationChoice:
    """What an edge may carry; id 0 is no edge."""

    id: int
    name: str
    classes: str
    """Of the edge that carries it."""
    look: str
    """Of its matrix cell."""
    pill: str
    word: str
    label: str
    key: str
    """The key that sets it."""

    @property
    def motif(self) -> bool:
        return "motif" in self.classes.split()


def choices(space: SearchSpace, level: int) -> list[OperationChoice]:
    """All, in the order of their ids, no edge first."""
    return [_choice(space, level, operation) for operation in range(len(space.operations(level)) + 1)]


def _choice(space: SearchSpace, level: int, operation: int) -> OperationChoice:
    name = space.operation_name(level, operation)
    key = "Del" if operation == NONE else str(operation) if operation <= MOST_KEYS else ""
    if operation == NONE:
        classes, look = "ghost", "none"
    elif level == 2:
        classes, look = f"op op-{name}", f"op-{name}"
    else:
        look = f"tone-{tone(operation)}"
        classes = f"motif motif-{operation} {look}"
    return OperationChoice(
        id=operation,
        name=name,
        classes=classes,
        look=look,
        pill=pill_text(space, level, operation),
        word=operation_word(space, level, operation) or ABSENT.word,
        label=operation_label(space, level, operation),
        key=key,
    )


@dataclass(frozen=True)
class MotifSlot:
    """One motif of a genotype."""

    level: int
    slot: int

    @property
    def id(self) -> str:
        return motif_id(self.level, self.slot)


def place_of(space: SearchSpace, text: str) -> MotifSlot:
    """The motif of that id; the cell for anything else."""
    level, _, slot = text.removeprefix("L").partition("-M")
    if level.isdecimal() and slot.isdecimal() and len(text) < 10:
        place = MotifSlot(int(level), int(slot))
        if 2 <= place.level <= space.top and 1 <= place.slot <= space.level(place.level).motifs:
            return place
    return MotifSlot(space.top, 1)


@dataclass(frozen=True)
class Chip:
    """A motif among the others, to switch to."""

    place: MotifSlot
    name: str
    tone: int
    current: bool
    unused: bool


def chips(genotype: Genotype, current: MotifSlot, liveness: Liveness) -> list[tuple[int, list[Chip]]]:
    """Level by level, the cell first."""
    space = genotype.space
    return [
        (level, [_chip(space, MotifSlot(level, slot), current, liveness) for slot in _slots(space, level)])
        for level in range(space.top, 1, -1)
    ]


def title_of(space: SearchSpace, place: MotifSlot) -> str:
    """`Cell`, `Reduction cell`, `M3` or `L3-M2`."""
    name = motif_name(space, place.level, place.slot)
    return name[0].upper() + name[1:]


def heading(space: SearchSpace, place: MotifSlot) -> str:
    """`The cell`, `The reduction cell`, `Motif M3`."""
    name = motif_name(space, place.level, place.slot)
    return f"The {name}" if place.level == space.top else f"Motif {name}"


def _slots(space: SearchSpace, level: int) -> Iterable[int]:
    return range(1, space.level(level).motifs + 1)


def _chip(space: SearchSpace, place: MotifSlot, current: MotifSlot, liveness: Liveness) -> Chip:
    name = title_of(space, place)
    unused = not liveness.uses[place.level, place.slot]
    return Chip(place, name, tone(place.slot), place == current, unused and place.level < space.top)


@dataclass(frozen=True)
class Option:
    """One edge of the matrix that is a form."""

    edge: str
    field: str
    label: str
    operation: int
    look: str
    dead: bool


@dataclass(frozen=True)
class FormRow:
    name: str
    options: tuple[Option, ...]
    blanks: int


@dataclass(frozen=True)
class LevelCanvas:
    """What editing the motifs of one level takes: all of them have the same nodes in the same places."""

    place: MotifSlot
    """The motif it shows at first: the one that is edited, else the first."""
    name: str
    current: bool
    nodes: int
    svg: SafeString
    columns: tuple[str, ...]
    rows: tuple[FormRow, ...]
    choices: list[OperationChoice]

    @property
    def dense(self) -> bool:
        return self.nodes > 6


def levels(genotype: Genotype, current: MotifSlot, liveness: Liveness) -> list[LevelCanvas]:
    """From the cell down."""
    space = genotype.space
    return [
        _level(genotype, current if level == current.level else MotifSlot(level, 1), current, liveness)
        for level in range(space.top, 1, -1)
    ]


def _level(genotype: Genotype, place: MotifSlot, current: MotifSlot, liveness: Liveness) -> LevelCanvas:
    space = genotype.space
    nodes = space.level(place.level).nodes
    offered = choices(space, place.level)
    rows: dict[int, list[Option]] = {}
    for successor, predecessor, operation in edges(genotype.motif(place.level, place.slot)):
        rows.setdefault(successor, []).append(
            _option(space, place, successor, predecessor, offered[operation], liveness)
        )
    return LevelCanvas(
        place=place,
        name=title_of(space, place),
        current=place == current,
        nodes=nodes,
        svg=canvas(genotype, place, liveness),
        columns=tuple(node_name(node, nodes) for node in range(1, nodes)),
        rows=tuple(
            FormRow(node_name(node, nodes), tuple(cells), nodes - 1 - len(cells))
            for node, cells in rows.items()
        ),
        choices=offered,
    )


def _option(
    space: SearchSpace,
    place: MotifSlot,
    successor: int,
    predecessor: int,
    choice: OperationChoice,
    liveness: Liveness,
) -> Option:
    edge = (place.level, place.slot, successor, predecessor)
    used = liveness.uses[place.level, place.slot] > 0
    return Option(
        edge=edge_id(*edge),
        field=f"edge-{predecessor}-{successor}",
        label=edge_name(space, place.level, successor, predecessor).replace("→", " to "),
        operation=choice.id,
        look=choice.look,
        dead=choice.id != NONE and used and edge not in liveness.live_edges,
    )


def canvas(genotype: Genotype, place: MotifSlot, liveness: Liveness) -> SafeString:
    """The motif with a place for every possible edge. Without scripts each leads to its choice in the matrix."""
    drawing = motif_drawing(genotype, place.level, place.slot, liveness=liveness, fixed=True)
    marks = {
        name: replace(
            mark, label=mark.label or _absent(genotype.space, place, mark.data), href=f"#choice-{name}"
        )
        for name, mark in drawing.marks.items()
    }
    return page_svg(replace(drawing, classes=f"{drawing.classes} editable", marks=marks))


def _absent(space: SearchSpace, place: MotifSlot, data: Any) -> str:
    name = edge_name(space, place.level, int(data["to"]), int(data["from"])).replace("→", " to ")
    return f"{name}: no edge"


def with_choices(genotype: Genotype, place: MotifSlot, given: Iterable[tuple[str, str]]) -> Genotype:
    """The genotype with what a form says of one motif's edges: (`edge-1-3`, `4`). Raises GenotypeError."""
    for field, value in given:
        edge = _FIELD.fullmatch(field)
        if edge and value.isascii() and value.isdigit():
            genotype = genotype.with_edge(
                place.level, place.slot, int(edge["to"]), int(edge["from"]), int(value[:4])
            )
    return genotype
