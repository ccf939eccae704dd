"""Context of the side-by-side page: two to six genotypes as columns, the motifs of each level as rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Liveness, analyse
from visualize.drawings import motif_drawing
from visualize.drawings.names import edge_id, motif_name
from visualize.pages.diff.figure_rows import figure_rows
from visualize.pages.diff.motif_pairs import PairCard, changes_of, own_place, pair_cards
from visualize.pages.diff.side_columns import MOST, columns_of, difference_of
from visualize.pages.diff.sides import NoSuchSide, Side, read_side
from visualize.render import DrawingFailed, TooLarge, page_svg
from visualize.style.palette import tone

MOST_ROWS = 24
"""Motifs that are drawn; a space may have hundreds."""
MOST_CHARACTERS = 20_000
ANOTHER = "Another motif, no edit of it: {changed} of {edges} edges differ"
Place = tuple[int, int]
"""(level, slot)"""


@dataclass(frozen=True)
class Block:
    """One motif of one column."""

    name: str
    tone: int
    used: bool
    svg: SafeString
    changes: tuple[str, ...]
    """Its edges that differ from the first column's motif, in words."""


@dataclass(frozen=True)
class BlockRow:
    """Motifs that stand for each other, one for each column; None: this column has no counterpart."""

    level: int
    is_cell: bool
    blocks: tuple[Block | None, ...]
    differs: bool

    @property
    def cell_name(self) -> str:
        """`cell`, or `reduction cell`, as the first column that has it calls it."""
        return next(block.name for block in self.blocks if block)


def listed(texts: Sequence[str]) -> list[str]:
    """Sides as the address names them: several lists are one, none is there twice."""
    words = [word.strip() for text in texts for word in text[:MOST_CHARACTERS].split(",")]
    return list(dict.fromkeys(word for word in words if word))


def side_by_side(asked: Sequence[str]) -> dict[str, Any]:
    """What of `asked` cannot be read is told in `faults` and left out."""
    sides: list[Side] = []
    faults: list[str] = []
    for text in asked[:MOST]:
        try:
            side = read_side(text)
        except NoSuchSide as fault:
            faults.append(str(fault))
        else:
            if side.text not in {other.text for other in sides}:
                sides.append(side)
    context: dict[str, Any] = {
        "faults": faults,
        "asked": ",".join(side.text for side in sides),
        "left_out": max(0, len(asked) - MOST),
        "most": MOST,
        "is_full": len(sides) >= MOST,
        "alone": len(sides) == 1,
    }
    if not sides:
        return context
    rows = _linked(_rows([side.genotype for side in sides]), sides)
    differing = [row for row in rows if row.differs or row.is_cell]
    same = [row for row in rows if not (row.differs or row.is_cell)]
    return context | {
        "columns": columns_of(sides),
        "figures": figure_rows(sides),
        "rows": differing[:MOST_ROWS],
        "same": same[:MOST_ROWS],
        "undrawn": max(0, len(differing) - MOST_ROWS) + max(0, len(same) - MOST_ROWS),
        "span": len(sides) + 1,
        "diff_pair": sides[:2] if len(sides) == 2 else None,
    }


def _linked(rows: Sequence[BlockRow], sides: Sequence[Side]) -> list[BlockRow]:
    """A link within a drawing leads to the motif on its genotype's own page, or to the column's head without one."""
    return [
        replace(
            row,
            blocks=tuple(
                block and replace(block, svg=_leading(block.svg, side.href, number))
                for number, (block, side) in enumerate(zip(row.blocks, sides, strict=True), start=1)
            ),
        )
        for row in rows
    ]


def _leading(svg: SafeString, page: str, number: int) -> SafeString:
    if page:
        return mark_safe(svg.replace(' href="#', f' href="{escape(page)}#'))  # a drawing is escaped already
    return mark_safe(re.sub(r' href="#[^"]*"', f' href="#side-{number}"', svg))


class _Against:
    """One column's motifs, edge by edge against the first column's."""

    def __init__(self, base: Genotype, other: Genotype) -> None:
        self._genotype = other
        self.cards = pair_cards(base, other, difference_of(base, other))
        self.counterparts = {(card.pair.level, card.pair.left): card for card in self.cards if not card.alone}
        self._words: dict[str, list[str]] = {}
        for change in changes_of(base, other, self.cards):
            text = f"{change.edge}: {change.before or 'no edge'} → {change.after or 'no edge'}"
            self._words.setdefault(change.card.id, []).append(text)

    def cell_card(self, slot: int) -> PairCard | None:
        """None: in spaces of different heights no cell has a counterpart."""
        return next(
            (card for card in self.cards if card.is_cell and card.pair.left == card.pair.right == slot), None
        )

    def marks(self, card: PairCard) -> dict[str, str]:
        slot = card.pair.right
        assert slot is not None
        marked = {}
        for edge in card.pair.edges:
            name = edge_id(*own_place(self._genotype, card.pair.level, slot, edge, card.nodes))
            if card.replaced:
                continue
            if edge.status in ("added", "altered"):
                marked[name] = f"diff-{edge.status}"
            elif (edge.successor, edge.predecessor) in card.carriers:
                marked[name] = "diff-carrier"
        return marked

    def words(self, card: PairCard) -> tuple[str, ...]:
        carried = len(card.carriers)
        told = (
            [f"{carried} edge{' carries' if carried == 1 else 's carry'} a motif that differs"]
            if carried
            else []
        )
        if card.replaced:
            told = [ANOTHER.format(changed=len(card.pair.changes), edges=len(card.pair.edges))]
        return (*self._words.get(card.id, ()), *told)


def _rows(genotypes: Sequence[Genotype]) -> list[BlockRow]:
    """The cell first, then level by level: first the first column's motifs, then those that only others have."""
    base, others = genotypes[0], [_Against(genotypes[0], genotype) for genotype in genotypes[1:]]
    slots = sorted({slot for genotype in genotypes for slot in genotype.space.cell_slots})
    rows = [_cell_row(genotypes, others, slot) for slot in slots]
    for level in range(max(genotype.space.top for genotype in genotypes), 1, -1):
        if level < base.space.top:
            motifs = range(1, base.space.level(level).motifs + 1)
            rows += [_shared_row(genotypes, others, (level, slot)) for slot in motifs]
        for place, (genotype, against) in enumerate(zip(genotypes[1:], others, strict=True), start=1):
            own = [card for card in against.cards if card.pair.left is None and card.pair.level == level]
            rows += [
                _lone_row(len(genotypes), place, genotype, card)
                for card in own
                if level != genotype.space.top and card.pair.right is not None
            ]
    return rows


def _cell_row(genotypes: Sequence[Genotype], others: Sequence[_Against], slot: int) -> BlockRow:
    """The cells, or of pairs the normal or the reduction cells; whoever has no such one has no counterpart."""
    blocks: list[Block | None] = []
    for number, genotype in enumerate(genotypes):
        if slot not in genotype.space.cell_slots:
            blocks.append(None)
            continue
        against = others[number - 1] if number else None
        card = against.cell_card(slot) if against else None
        marked: dict[str, str] = {}
        words: tuple[str, ...] = ()
        if against and card:
            marked, words = against.marks(card), against.words(card)
        elif against and slot in genotypes[0].space.cell_slots:
            words = (f"A cell of {genotype.space.top} levels: no edge can be aligned",)
        blocks.append(_block(genotype, (genotype.space.top, slot), number, marked, words))
    differs = any(block is None or block.changes for block in blocks)
    return BlockRow(genotypes[0].space.top, is_cell=True, blocks=tuple(blocks), differs=differs)


def _shared_row(genotypes: Sequence[Genotype], others: Sequence[_Against], place: Place) -> BlockRow:
    blocks: list[Block | None] = [_block(genotypes[0], place, 0)]
    differs = False
    for number, (genotype, against) in enumerate(zip(genotypes[1:], others, strict=True), start=1):
        card = against.counterparts.get(place)
        if card is None or card.pair.right is None:
            blocks.append(None)
            differs = True
            continue
        words = against.words(card)
        differs = differs or bool(words)
        blocks.append(_block(genotype, (place[0], card.pair.right), number, against.marks(card), words))
    return BlockRow(place[0], is_cell=False, blocks=tuple(blocks), differs=differs)


def _lone_row(columns: int, number: int, genotype: Genotype, card: PairCard) -> BlockRow:
    assert card.pair.right is not None
    blocks: list[Block | None] = [None] * columns
    blocks[number] = _block(genotype, (card.pair.level, card.pair.right), number)
    return BlockRow(card.pair.level, is_cell=False, blocks=tuple(blocks), differs=True)


@lru_cache(maxsize=4 * MOST)
def _liveness(genotype: Genotype) -> Liveness:
    """Each motif of a column asks for it."""
    return analyse(genotype)


def _block(
    genotype: Genotype,
    place: Place,
    number: int,
    marked: dict[str, str] | None = None,
    words: tuple[str, ...] = (),
) -> Block:
    """Ids in the drawing are told apart by the column's number."""
    level, slot = place
    liveness = _liveness(genotype)
    try:
        svg = page_svg(
            motif_drawing(genotype, level, slot, liveness=liveness), marked=marked, prefix=f"c{number}-"
        )
    except (TooLarge, DrawingFailed) as refusal:
        svg = format_html('<p class="undrawn">{}</p>', str(refusal))
    return Block(
        name=motif_name(genotype.space, level, slot),
        tone=tone(slot),
        used=liveness.uses[level, slot] > 0,
        svg=svg,
        changes=words,
    )
