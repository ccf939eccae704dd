"""Context of the difference page: numbers, verdict, drawings, table of changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from search import selectors
from search.evolution.genotypes.diff import GenotypeDiff, diff_genotypes
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import Cost, network_cost
from search.evolution.networks.host import Host
from search.models import Individual
from visualize.drawings import motif_drawing
from visualize.drawings.names import edge_id
from visualize.pages.diff.fitness_verdict import Verdict, fitness_verdict
from visualize.pages.diff.hosts import common_host
from visualize.pages.diff.motif_pairs import MOST_CLOSED, PairCard, changes_of, own_place, pair_cards
from visualize.pages.diff.sides import NoSuchSide, Side, individual_side, read_side
from visualize.render import DrawingFailed, TooLarge, page_svg
from visualize.style.formats import DASH, count, magnitude, per_cent, points

Context = dict[str, Any]


@dataclass(frozen=True)
class NumberPair:
    """One row of the table of numbers; every field is text."""

    label: str
    left: str
    right: str
    difference: str
    notes: tuple[str, str, str] = ("", "", "")
    """In small beside each of them: spreads, and the difference as a share of the left value."""


@dataclass(frozen=True)
class Replaced:
    """A motif and the one that stands in its place, each as its own genotype draws it."""

    card: PairCard
    left: SafeString
    right: SafeString


@dataclass(frozen=True)
class Cells:
    """The two cells beside each other, and one over the other where both are of one height; of pairs, the two normal
    or the two reduction cells."""

    name: str
    left: SafeString
    right: SafeString
    card: PairCard | None


def asked_context(left: str, right: str) -> Context:
    """The page with its form; `left` and `right` as somebody wrote them, perhaps empty."""
    context: Context = {"left_text": left, "right_text": right}
    sides: dict[str, Side] = {}
    for name, text in (("left", left), ("right", right)):
        if text.strip():
            try:
                sides[name] = read_side(text)
            except NoSuchSide as fault:
                context[f"{name}_fault"] = str(fault)
    if len(sides) == 2:
        context |= comparison(sides["left"], sides["right"])
    return context


def parent_context(row: Individual) -> Context:
    """An individual against its parent; no comparison for one without."""
    if row.parent is None:
        return {}
    parent = selectors.individual(row.parent.experiment_id, row.parent.step)
    return comparison(individual_side(parent), individual_side(row))


def comparison(left: Side, right: Side) -> Context:
    diff = diff_genotypes(left.genotype, right.genotype)
    host, host_is_theirs = common_host((left, right))
    same_genotype = left.genotype.key == right.genotype.key
    same_network = left.phenotype is not None and left.phenotype == right.phenotype
    cards = pair_cards(left.genotype, right.genotype, diff)
    verdict = fitness_verdict(left.individual, right.individual, same_network=same_network)
    return {
        "left": left,
        "right": right,
        "names": _names(left, right),
        "diff": diff,
        "same_genotype": same_genotype,
        "same_network": same_network,
        "sentence": _sentence(left.genotype, right.genotype, diff),
        "verdict": verdict,
        "numbers": _numbers(left, right, host, verdict),
        "host": None if host_is_theirs else host,
        "cells": [
            _cells(left.genotype, right.genotype, cards, slot)
            for slot in left.genotype.space.cell_slots
            if slot in right.genotype.space.cell_slots
        ],
        "differing": [
            card for card in cards if card.open and not (card.is_cell or card.alone or card.replaced)
        ],
        "replaced": [_replaced(left.genotype, right.genotype, card) for card in cards if card.replaced],
        "alone": [card for card in cards if card.alone],
        "unchanged": [card for card in cards if not (card.open or card.is_cell or card.alone)],
        "primed": any(card.primed for card in cards),
        "drawn_at_most": MOST_CLOSED,
        "changes": changes_of(left.genotype, right.genotype, cards),
    }


def _names(left: Side, right: Side) -> tuple[str, str]:
    """With the experiment where the two are of different ones."""
    one, other = left.individual, right.individual
    if one and other and one.experiment_id == other.experiment_id:
        return left.name, right.name
    return _long_name(left), _long_name(right)


def _long_name(side: Side) -> str:
    return f"{side.name} · {side.individual.experiment.name}" if side.individual else side.name


def _sentence(left: Genotype, right: Genotype, diff: GenotypeDiff) -> str:
    if left.space.top != right.space.top:
        return f"A cell of {left.space.top} levels and one of {right.space.top}"
    touched = sum(1 for pair in diff.pairs if pair.changes)
    edges = "1 edge differs" if diff.distance == 1 else f"{count(diff.distance)} edges differ"
    motifs = f"in {touched} of {len(diff.pairs)} motif{'s' if len(diff.pairs) != 1 else ''}"
    other = sum(1 for pair in diff.pairs if pair.replaced and pair.level < left.space.top)
    replaced = f", {other} of them replaced by another" if other else ""
    return f"{edges}, {motifs}{replaced}" if diff.distance else "No edge differs"


def _numbers(left: Side, right: Side, host: Host, verdict: Verdict) -> list[NumberPair]:
    costs = [network_cost(side.phenotype, host) if side.phenotype else None for side in (left, right)]
    rows = []
    if left.individual or right.individual:
        rows.append(_fitness_row(left.individual, right.individual, verdict.difference))
    rows += [
        _cost_row("Parameters", costs, lambda cost: cost.parameters),
        _cost_row("Multiply-adds", costs, lambda cost: cost.multiply_adds),
        _cost_row("Activations", costs, lambda cost: cost.activations),
        _cost_row("Network depth", costs, lambda cost: cost.depth),
    ]
    depths = [side.phenotype.depth if side.phenotype else None for side in (left, right)]
    rows.append(_row("Cell depth", depths[0], depths[1]))
    two = left.genotype.space.reduction_cell or right.genotype.space.reduction_cell
    built = [len(side.phenotype.all_operations) if side.phenotype else None for side in (left, right)]
    return [*rows, _row("Operations in the cells" if two else "Operations in a cell", built[0], built[1])]


def _fitness_row(left: Individual | None, right: Individual | None, difference: float | None) -> NumberPair:
    shown, spreads = [], []
    for row in (left, right):
        shown.append(DASH if row is None else per_cent(row.fitness) if row.fitness is not None else row.state)
        spread = row.fitness_spread if row else None
        spreads.append("" if spread is None else f"± {per_cent(spread)}")
    gap = DASH if difference is None else f"{points(difference)} points" if difference else "0"
    return NumberPair("Fitness", shown[0], shown[1], gap, (spreads[0], spreads[1], ""))


def _cost_row(label: str, costs: list[Cost | None], value: Callable[[Cost], int]) -> NumberPair:
    values = [None if cost is None else value(cost) for cost in costs]
    return _row(label, values[0], values[1])


def _row(label: str, left: int | None, right: int | None) -> NumberPair:
    show: Callable[[int | None], str] = magnitude if max(left or 0, right or 0) >= 10_000 else count
    if left is None or right is None:
        return NumberPair(label, show(left), show(right), DASH)
    difference = right - left
    sign = "+" if difference > 0 else ""
    share = f"{sign}{per_cent(difference / left, 1)}" if left and difference else ""
    amount = count(difference) if abs(difference) < 100_000 else magnitude(difference)
    return NumberPair(
        label, show(left), show(right), f"{sign}{amount}" if difference else "0", ("", "", share)
    )


def _cells(left: Genotype, right: Genotype, cards: list[PairCard], cell: int) -> Cells:
    """Each cell as its own page draws it; on the left what goes is marked, on the right what comes."""
    pictures = []
    for side, genotype, gone in (("left", left, "added"), ("right", right, "removed")):
        top = genotype.space.top
        marked = {}
        for card in cards:
            slot = card.pair.left if side == "left" else card.pair.right
            if card.pair.level != top or slot != cell or card.alone:
                continue
            for edge in card.pair.edges:
                name = edge_id(*own_place(genotype, top, slot, edge, card.nodes))
                if edge.status not in ("unchanged", gone):
                    marked[name] = f"diff-{edge.status}"
                elif (edge.successor, edge.predecessor) in card.carriers:
                    marked[name] = "diff-carrier"
        pictures.append(_own_picture(genotype, (top, cell), marked, side))
    both = next((each for each in cards if each.is_cell and each.pair.left == each.pair.right == cell), None)
    pair = left.space if left.space.reduction_cell else right.space
    return Cells(pair.motif_name(pair.top, cell), pictures[0], pictures[1], both)


def _replaced(left: Genotype, right: Genotype, card: PairCard) -> Replaced:
    level, one, other = card.pair.level, card.pair.left, card.pair.right
    assert one is not None
    assert other is not None
    return Replaced(
        card, _own_picture(left, (level, one), {}, "left"), _own_picture(right, (level, other), {}, "right")
    )


def _own_picture(genotype: Genotype, place: tuple[int, int], marked: dict[str, str], side: str) -> SafeString:
    """The motif at (level, slot). Ids and links are told apart by the side: the page draws both genotypes."""
    try:
        svg = page_svg(motif_drawing(genotype, *place), marked=marked)
    except (TooLarge, DrawingFailed) as refusal:
        return format_html('<p class="undrawn">{}</p>', str(refusal))
    own = svg.replace(' id="', f' id="{side}-').replace(' href="#', f' href="#{side}-')
    return mark_safe(own)  # a drawing is escaped already
