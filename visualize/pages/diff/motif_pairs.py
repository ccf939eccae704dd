"""Matched motifs of two genotypes: the change of each edge, and whether it affects the network."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from search.evolution.genotypes.diff import EdgeChange, GenotypeDiff, MotifPair
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Liveness, analyse
from visualize.drawings.arcs import DENSE_NODES
from visualize.drawings.names import motif_id, motif_name, node_name
from visualize.drawings.overlay import PRIME, operation_name, overlay_drawing
from visualize.render import DrawingFailed, TooLarge, page_svg
from visualize.style.palette import tone

MOST_CLOSED = 24
"""Motifs that are drawn where they are folded away; a space may have hundreds."""


@dataclass(frozen=True)
class ChangeRow:
    """One edge that differs, for the table."""

    card: "PairCard"
    anchor: str
    edge: str
    status: str
    before: str
    after: str
    before_look: str
    after_look: str
    live: bool
    """Whether the network has it, before or after."""


@dataclass(frozen=True)
class PairCard:
    """Two motifs that stand for each other, as one drawing."""

    id: str
    pair: MotifPair
    name: str
    tone: int
    nodes: int
    primed: bool
    carriers: frozenset[tuple[int, int]]
    """(successor, predecessor) of edges that stay but carry a motif that changed."""
    is_cell: bool
    used: bool
    """In either network."""

    @property
    def open(self) -> bool:
        return bool(self.pair.changes or self.carriers)

    @property
    def alone(self) -> bool:
        """Without a counterpart in the other genotype."""
        return self.pair.left is None or self.pair.right is None

    @property
    def replaced(self) -> bool:
        """Another motif altogether; cells stand for each other whatever is in them."""
        return self.pair.replaced and not self.is_cell

    @property
    def dense(self) -> bool:
        """Too wide to stand beside another one."""
        return self.nodes > DENSE_NODES

    @property
    def left_anchor(self) -> str:
        return f"left-motif-{motif_id(self.pair.level, self.pair.left)}" if self.pair.left else ""

    @property
    def right_anchor(self) -> str:
        return f"right-motif-{motif_id(self.pair.level, self.pair.right)}" if self.pair.right else ""

    @property
    def counts(self) -> str:
        """`1 added, 2 changed`"""
        words = (("added", "added"), ("removed", "removed"), ("altered", "changed"))
        numbers = [(sum(edge.status == name for edge in self.pair.edges), word) for name, word in words]
        if self.alone:
            return f"only {'after' if self.pair.left is None else 'before'}"
        said = [f"{number} {word}" for number, word in numbers if number]
        if self.carriers:
            said.append(f"{len(self.carriers)} with a motif that changed")
        return ", ".join(said) or "unchanged"

    @property
    def svg(self) -> SafeString | None:
        try:
            return page_svg(
                overlay_drawing(
                    self.pair,
                    self.nodes,
                    name=self.id,
                    label=self.name,
                    primed=self.primed,
                    carriers=self.carriers,
                )
            )
        except (TooLarge, DrawingFailed):
            return None  # the table of changes says the same


def pair_cards(left: Genotype, right: Genotype, diff: GenotypeDiff) -> list[PairCard]:
    """All pairs, the cell first."""
    uses = (analyse(left).uses, analyse(right).uses)
    renamed = {
        pair.level
        for pair in diff.pairs
        if (pair.left != pair.right or pair.replaced) and not _is_cell(left, right, pair.level)
    }
    different: set[tuple[int, int | None]] = set()  # (level, left slot) of what differs in itself or below
    cards = []
    for pair in sorted(diff.pairs, key=lambda pair: pair.level):
        carriers = frozenset(
            (edge.successor, edge.predecessor)
            for edge in pair.edges
            if pair.level > 2
            and edge.status == "unchanged"
            and (pair.level - 1, int((edge.before or "M0")[1:])) in different
        )
        if pair.changes or carriers:
            different.add((pair.level, pair.left))
        cards.append(
            PairCard(
                id=f"diff-L{pair.level}-{pair.left or 'none'}-{pair.right or 'none'}",
                pair=pair,
                name=_pair_name(left, right, pair),
                tone=tone(pair.right or pair.left or 1),
                nodes=pair_nodes(left, right, pair),
                primed=pair.level - 1 in renamed,
                carriers=carriers,
                is_cell=_is_cell(left, right, pair.level),
                used=any(
                    slot is not None and count[pair.level, slot] > 0
                    for count, slot in zip(uses, (pair.left, pair.right), strict=True)
                ),
            )
        )
    order = {id(pair): place for place, pair in enumerate(diff.pairs)}
    return sorted(cards, key=lambda card: order[id(card.pair)])


def changes_of(left: Genotype, right: Genotype, cards: list[PairCard]) -> list[ChangeRow]:
    """Every edge that differs between a motif and its edit, in the order of the cards."""
    sides = ((left, analyse(left)), (right, analyse(right)))
    edited = [card for card in cards if not (card.alone or card.replaced)]
    return [_change(card, edge, sides) for card in edited for edge in card.pair.changes]


def pair_nodes(left: Genotype, right: Genotype, pair: MotifPair) -> int:
    """Nodes of the larger of the two motifs: as the diff counts them."""
    halves = ((left, pair.left), (right, pair.right))
    return max(genotype.space.level(pair.level).nodes for genotype, slot in halves if slot is not None)


def own_place(
    genotype: Genotype, level: int, slot: int, edge: EdgeChange, nodes: int
) -> tuple[int, int, int, int]:
    """Where an edge stands in one of the two genotypes; `nodes` as the diff counts them."""
    successor = genotype.space.level(level).nodes if edge.successor == nodes else edge.successor
    return (level, slot, successor, edge.predecessor)


def _is_cell(left: Genotype, right: Genotype, level: int) -> bool:
    """Both halves are cells; in spaces of different heights neither cell has the other as its counterpart."""
    return level == left.space.top == right.space.top


def _pair_name(left: Genotype, right: Genotype, pair: MotifPair) -> str:
    """`M3`; where the two number their motifs differently `M3 = M5′`, or `M3 → M5′` for its edit."""
    names = [
        motif_name(genotype.space, pair.level, slot) if slot is not None else ""
        for genotype, slot in ((left, pair.left), (right, pair.right))
    ]
    if pair.replaced and not _is_cell(left, right, pair.level):
        return f"{names[0]} replaced by {names[1]}{PRIME}"
    if names[0] == names[1]:
        return names[0]
    after = names[1] + PRIME if names[1] else ""
    return (" → " if pair.changes else " = ").join(name for name in (names[0], after) if name)


def _change(card: PairCard, edge: EdgeChange, sides: tuple[tuple[Genotype, Liveness], ...]) -> ChangeRow:
    pair = card.pair
    live = any(
        slot is not None
        and operation is not None
        and own_place(genotype, pair.level, slot, edge, card.nodes) in liveness.live_edges
        for (genotype, liveness), slot, operation in zip(
            sides, (pair.left, pair.right), (edge.before, edge.after), strict=True
        )
    )
    return ChangeRow(
        card=card,
        anchor=f"{card.id}-e{edge.predecessor}-{edge.successor}",
        edge=f"{node_name(edge.predecessor, card.nodes)}→{node_name(edge.successor, card.nodes)}",
        status=edge.status,
        before=operation_name(edge.before),
        after=operation_name(edge.after, primed=card.primed),
        before_look=_look(edge.before),
        after_look=_look(edge.after),
        live=live,
    )


def _look(name: str | None) -> str:
    if name is None:
        return ""
    return f"tone-{tone(int(name[1:]))}" if name.startswith("M") else f"op-{name}"
