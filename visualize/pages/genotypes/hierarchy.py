"""Hierarchy of a genotype: the cell, and a card for each motif of the lower levels."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.liveness import Liveness, analyse
from search.evolution.genotypes.primitives import NONE
from visualize.drawings import motif_drawing
from visualize.drawings.arcs import DENSE_NODES
from visualize.drawings.names import card_anchor, edge_id, edge_name, motif_id, motif_name
from visualize.pages.shared.matrices import Matrix, matrix
from visualize.render import DrawingFailed, TooLarge, page_svg
from visualize.style.palette import tone


@dataclass(frozen=True)
class Site:
    """One edge of the level above that carries a motif."""

    edge: str
    owner: str
    """The motif it is an edge of; empty for the only cell."""
    name: str
    live: bool


@dataclass(frozen=True)
class Card:
    """One motif."""

    id: str
    anchor: str
    name: str
    level: int
    slot: int
    tone: int
    svg: SafeString | None
    refusal: str
    """Why there is no picture."""
    matrix: Matrix
    sites: tuple[Site, ...]
    uses: int
    """Copies in one cell, through all levels; of a pair in both together."""
    built: bool
    """False: no path through it, so it counts as no edge wherever it is used."""
    edges: int
    dead: int
    """Edges on no live path; counted only where the motif is used."""

    @property
    def region(self) -> str:
        """What its drawing is called."""
        return f"Drawing of the {self.name}"


@dataclass(frozen=True)
class LevelRow:
    """All motifs of one level below the cell's."""

    level: int
    cards: tuple[Card, ...]

    @property
    def unused(self) -> int:
        return sum(1 for card in self.cards if not card.uses)


@dataclass(frozen=True)
class Hierarchy:
    cells: tuple[Card, ...]
    """The cell, or the normal and the reduction cell."""
    rows: tuple[LevelRow, ...]

    @property
    def wide(self) -> bool:
        """A cell needs the page's whole width for itself."""
        return len(self.cells[0].matrix.rows) >= DENSE_NODES


def hierarchy(genotype: Genotype, marked: Mapping[str, str]) -> Hierarchy:
    """`marked`: classes of single edges by id (`selected`, `changed`)."""
    liveness = analyse(genotype)
    top = genotype.space.top
    return Hierarchy(
        cells=tuple(_card(genotype, top, slot, liveness, marked) for slot in genotype.space.cell_slots),
        rows=tuple(
            LevelRow(
                level,
                tuple(
                    _card(genotype, level, slot, liveness, marked)
                    for slot in range(1, genotype.space.level(level).motifs + 1)
                ),
            )
            for level in range(top - 1, 1, -1)
        ),
    )


def _card(genotype: Genotype, level: int, slot: int, liveness: Liveness, marked: Mapping[str, str]) -> Card:
    svg, refusal = _picture(genotype, level, slot, liveness, marked)
    present = [
        (level, slot, successor, predecessor)
        for successor, predecessor, operation in edges(genotype.motif(level, slot))
        if operation != NONE
    ]
    uses = liveness.uses[level, slot]
    return Card(
        id=motif_id(level, slot),
        anchor=card_anchor(level, slot),
        name=motif_name(genotype.space, level, slot),
        level=level,
        slot=slot,
        tone=tone(slot),
        svg=svg,
        refusal=refusal,
        matrix=matrix(genotype, level, slot, liveness, marked),
        sites=tuple(_sites(genotype, level, slot, liveness)),
        uses=uses,
        built=(level, slot) not in liveness.dead_motifs,
        edges=len(present),
        dead=sum(1 for place in present if place not in liveness.live_edges) if uses else 0,
    )


def _picture(
    genotype: Genotype, level: int, slot: int, liveness: Liveness, marked: Mapping[str, str]
) -> tuple[SafeString | None, str]:
    try:
        return page_svg(motif_drawing(genotype, level, slot, liveness=liveness), marked=marked), ""
    except (TooLarge, DrawingFailed) as refusal:
        return None, str(refusal)


def _sites(genotype: Genotype, level: int, slot: int, liveness: Liveness) -> list[Site]:
    """In order of the motifs above; the cell's edges need no motif's name."""
    above = level + 1
    if above > genotype.space.top:
        return []
    sites = []
    for upper, motif in enumerate(genotype.levels[above - 2], start=1):
        for successor, predecessor, operation in edges(motif):
            if operation == slot:
                place = (above, upper, successor, predecessor)
                name = edge_name(genotype.space, above, successor, predecessor)
                is_only = above == genotype.space.top and not genotype.space.reduction_cell
                owner = "" if is_only else motif_name(genotype.space, above, upper)
                sites.append(Site(edge_id(*place), owner, name, place in liveness.live_edges))
    return sites
