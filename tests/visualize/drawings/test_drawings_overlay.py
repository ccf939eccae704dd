"""Two motifs in one drawing: the places of the motif drawing, the fate of every edge."""

from search.evolution.genotypes.diff import diff_genotypes
from search.evolution.genotypes.genotype import Genotype, parse_genotype
from tests.visualize.pictures import FOUR_LEVELS, PAPER, by_id, classes, geometry, some_genotype
from visualize.drawings import motif_drawing
from visualize.pages.diff.motif_pairs import PairCard, pair_cards
from visualize.render import page_svg


def cards(left: Genotype, right: Genotype) -> list[PairCard]:
    return pair_cards(left, right, diff_genotypes(left, right))


def drawn(card: PairCard) -> str:
    assert card.svg is not None
    return str(card.svg)


def renumbered(genotype: Genotype, order: list[int]) -> Genotype:
    new_slot = {old: new for new, old in enumerate(order, start=1)} | {0: 0}
    cell = tuple(tuple(new_slot[operation] for operation in row) for row in genotype.cell)
    return Genotype(genotype.space, (tuple(genotype.levels[0][old - 1] for old in order), (cell,)))


def test_every_edge_has_its_fate_as_a_class_and_in_words() -> None:
    child = PAPER.with_edge(2, 5, 2, 1, 3).with_edge(2, 5, 3, 1, 0).with_edge(2, 5, 4, 1, 0)
    back = child.with_edge(2, 5, 4, 1, 1)
    (card,) = [card for card in cards(child, back.with_edge(2, 5, 3, 2, 0)) if card.pair.changes]
    parts = by_id(drawn(card))
    added, removed = parts["diff-L2-5-5-e1-4"], parts["diff-L2-5-5-e2-3"]
    assert "diff-added" in classes(added)
    assert added.get("aria-label") == "in to out: conv 1×1 added"
    assert "diff-removed" in classes(removed)
    assert "".join(removed.itertext()).startswith("− ")
    (other,) = [card for card in cards(PAPER, PAPER.with_edge(2, 5, 2, 1, 3)) if card.pair.changes]
    altered = by_id(drawn(other))["diff-L2-5-5-e1-2"]
    assert "diff-altered" in classes(altered)
    assert "id → sep" in "".join(altered.itertext())
    assert {"op", "op-sep3x3"} <= classes(altered)


def test_an_edge_stands_where_it_stands_in_the_motif_itself() -> None:
    card = next(card for card in cards(PAPER, PAPER.with_edge(2, 5, 2, 1, 3)) if card.pair.changes)
    own = by_id(page_svg(motif_drawing(PAPER, 2, 5)))
    both = by_id(drawn(card))
    for predecessor, successor in ((1, 2), (2, 4), (1, 4)):
        line = [place for place in geometry(both[f"diff-L2-5-5-e{predecessor}-{successor}"]) if place[0]]
        assert line == [place for place in geometry(own[f"L2-M5-e{predecessor}-{successor}"]) if place[0]]


def test_an_edge_that_stays_but_carries_a_motif_that_changed_is_marked() -> None:
    cell, *rest = cards(PAPER, PAPER.with_edge(2, 3, 2, 1, 1))
    assert cell.is_cell
    assert not cell.pair.changes
    assert cell.open
    assert "diff-carrier" in classes(by_id(drawn(cell))["diff-L3-1-1-e1-3"])
    assert "diff-unchanged" in classes(by_id(drawn(cell))["diff-L3-1-1-e1-2"])
    assert [card.name for card in rest if card.open] == ["M3"]


def test_motifs_that_only_changed_their_numbers_are_no_change() -> None:
    found = cards(PAPER, renumbered(PAPER, [3, 1, 2, 6, 5, 4]))
    assert not any(card.open for card in found)
    assert "M3 = M1′" in [card.name for card in found]
    text = drawn(found[0])
    assert "M4 = M6′" in text
    assert ">M5<" in text


def test_cells_of_different_heights_are_not_aligned() -> None:
    found = cards(parse_genotype("flat:" + ".".join("1" * n for n in range(1, 11))), PAPER)
    assert all(card.alone for card in found)
    assert {card.nodes for card in found} == {4, 5, 11}  # each by its own nodes


def test_deep_spaces_name_their_motifs_with_their_level() -> None:
    found = cards(some_genotype(FOUR_LEVELS, 1), some_genotype(FOUR_LEVELS, 2))
    assert found[0].name == "cell"
    assert all(card.name.startswith(("L2-", "L3-")) for card in found[1:])
    for card in found:
        drawn(card)
