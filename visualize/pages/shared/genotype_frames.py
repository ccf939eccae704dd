"""Pictures of a genotype in a film: cell and motifs, with the edges marked that differ from the frame before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.liveness import Liveness
from search.evolution.genotypes.mutation import Mutation
from search.evolution.genotypes.primitives import NONE
from visualize.drawings import motif_drawing
from visualize.drawings.names import card_anchor, edge_id, motif_name
from visualize.render import DrawingFailed, TooLarge, page_svg
from visualize.style.palette import tone

MOST_MOTIFS = 24
"""Motifs beside the cell: all of most spaces, the changed and the used ones of large spaces."""


@dataclass(frozen=True)
class MotifPicture:
    anchor: str
    name: str
    tone: int
    used: bool
    changed: bool
    svg: SafeString | None


def differences(before: Genotype, after: Genotype) -> list[Mutation]:
    """The edges of one genotype that are not the same, place by place, in another one of its space."""
    return [
        Mutation(level, slot, successor, predecessor, old, new)
        for level, (motifs, others) in enumerate(zip(before.levels, after.levels, strict=True), start=2)
        for slot, (one, other) in enumerate(zip(motifs, others, strict=True), start=1)
        for (successor, predecessor, old), (_, _, new) in zip(edges(one), edges(other), strict=True)
        if old != new
    ]


def marks(genotype: Genotype, edits: Sequence[Mutation]) -> dict[str, str]:
    """Edge id -> class: `changed`, `changed gone`, or `carrier` for an edge whose motif changed inside."""
    marked: dict[str, str] = {}
    inside = {(edit.level, edit.motif) for edit in edits}
    for level in range(3, genotype.space.top + 1):
        for slot, motif in enumerate(genotype.levels[level - 2], start=1):
            for successor, predecessor, operation in edges(motif):
                if (level - 1, operation) in inside:
                    marked[edge_id(level, slot, successor, predecessor)] = "carrier"
                    inside.add((level, slot))
    for edit in edits:
        name = edge_id(edit.level, edit.motif, edit.successor, edit.predecessor)
        marked[name] = "changed gone" if edit.new == NONE else "changed"
    return marked


def shown_motifs(
    genotype: Genotype, liveness: Liveness, changed: set[tuple[int, int]]
) -> list[tuple[int, int]]:
    """A reduction cell, and all motifs below; in a large space the changed ones, then the used ones, while they fit."""
    places = [
        (level, slot)
        for level in range(genotype.space.top - 1, 1, -1)
        for slot in range(1, genotype.space.level(level).motifs + 1)
    ]
    others = [(genotype.space.top, slot) for slot in genotype.space.cell_slots[1:]]
    if len(places) > MOST_MOTIFS:
        ranked = sorted(places, key=lambda place: (place in changed, liveness.uses[place] > 0), reverse=True)
        chosen = set(ranked[:MOST_MOTIFS])
        places = [place for place in places if place in chosen]
    return others + places


def picture(
    genotype: Genotype,
    level: int,
    slot: int,
    liveness: Liveness,
    marked: Mapping[str, str],
    changed: set[tuple[int, int]],
) -> MotifPicture:
    try:
        svg = page_svg(motif_drawing(genotype, level, slot, liveness=liveness), marked=marked)
    except (TooLarge, DrawingFailed):
        svg = None
    return MotifPicture(
        anchor=card_anchor(level, slot),
        name=motif_name(genotype.space, level, slot),
        tone=tone(slot),
        used=liveness.uses[level, slot] > 0,
        changed=(level, slot) in changed,
        svg=svg,
    )
