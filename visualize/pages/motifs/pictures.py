"""Drawing and description of a motif outside a genotype.

It is the cell of a small genotype made for the purpose. Above level 2 the motifs below are numbered M1, M2, … in
the order in which the edges name them, whatever slots they have in the genotypes that carry them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.primitives import IDENTITY, NONE, PRIMITIVE_NAMES
from search.evolution.genotypes.space import LevelShape, SearchSpace
from search.models import Motif
from visualize.drawings import motif_drawing
from visualize.drawings.glyphs import cell_glyph
from visualize.drawings.names import card_anchor, edge_name, motif_id, operation_pill
from visualize.render import DrawingFailed, TooLarge, page_svg

Structure = Sequence[Sequence[str | None]]
"""Rows for nodes 2..n of primitives' names or keys of motifs below; None is no edge."""


@dataclass(frozen=True)
class Subject:
    """A motif as the cell of a genotype."""

    genotype: Genotype
    below: tuple[str, ...]
    """Keys of M1, M2, …; empty at level 2."""

    @property
    def level(self) -> int:
        return self.genotype.space.top


def subject(motif: Motif, blocked: Collection[str] = ()) -> Subject:
    """`blocked`: keys of motifs below that no path leads through, so that their edges are dead."""
    structure: Structure = motif.structure
    if motif.level == 2:
        names = {name: PRIMITIVE_NAMES.index(name) + 1 for name in PRIMITIVE_NAMES}
        space = SearchSpace(levels=(LevelShape(motifs=1, nodes=len(structure) + 1),))
        return Subject(Genotype(space, ((_cell(structure, names),),)), ())
    below = tuple(dict.fromkeys(key for row in structure for key in row if key is not None))
    through = PRIMITIVE_NAMES.index(IDENTITY) + 1 if motif.level == 3 else 1
    lower = tuple(((NONE if key in blocked else through,),) for key in below) or (((NONE,),),)
    space = SearchSpace(
        levels=(
            *(LevelShape(motifs=1, nodes=2) for _ in range(2, motif.level - 1)),
            LevelShape(motifs=len(lower), nodes=2),
            LevelShape(motifs=1, nodes=len(structure) + 1),
        )
    )
    filling = tuple(
        (((PRIMITIVE_NAMES.index(IDENTITY) + 1 if level == 2 else 1,),),)
        for level in range(2, motif.level - 1)
    )
    slots = {key: slot for slot, key in enumerate(below, start=1)}
    return Subject(Genotype(space, (*filling, lower, (_cell(structure, slots),))), below)


def _cell(structure: Structure, ids: Mapping[str, int]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(NONE if name is None else ids[name] for name in row) for row in structure)


def picture(motif: Motif, drawn: Subject) -> SafeString | str:
    """The drawing, its ids the motif's own; its edges lead to the pages of the motifs below.

    Empty when it is too large to be drawn.
    """
    drawing = motif_drawing(drawn.genotype, drawn.level, 1)
    label = drawing.label.replace("Cell, level", f"Motif {motif.key[:8]}, level", 1)
    try:
        svg: str = page_svg(replace(drawing, label=label))
    except (TooLarge, DrawingFailed):
        return ""
    svg = svg.replace(f'id="{motif_id(drawn.level, 1)}', f'id="m{motif.pk}-{motif_id(drawn.level, 1)}')
    for slot, key in enumerate(drawn.below, start=1):
        address = escape(reverse("motif", args=[key]))
        svg = svg.replace(f'href="#{card_anchor(drawn.level - 1, slot)}"', f'href="{address}"')
    return mark_safe(svg)  # built by ElementTree, which escapes; what was put in is ours


def thumbnail(drawn: Subject) -> SafeString:
    """Its arcs alone, for lists: microseconds, where a drawing takes milliseconds and room in the cache."""
    svg = cell_glyph(drawn.genotype.cell, drawn.genotype.space.operations(drawn.level))
    return mark_safe(svg.replace('aria-label="cell with', 'aria-label="motif with'))  # of our own tables


def words(drawn: Subject) -> list[tuple[str, str]]:
    """(edge, what it carries) for every edge there is: ("in→2", "sep 3×3")."""
    space, level = drawn.genotype.space, drawn.level
    return [
        (edge_name(space, level, successor, predecessor), operation_pill(space, level, operation))
        for successor, predecessor, operation in edges(drawn.genotype.cell)
        if operation != NONE
    ]
