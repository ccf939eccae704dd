"""A motif's drawing: all slots, what they mean, and nothing about colour."""

import re

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.primitives import NONE
from tests.visualize.pictures import (
    FOUR_LEVELS,
    PAPER,
    by_id,
    classes,
    parsed,
    some_genotype,
    with_dead_parts,
)
from visualize.drawings import motif_drawing
from visualize.render import page_svg


def drawn(genotype: Genotype, level: int, slot: int) -> str:
    return page_svg(motif_drawing(genotype, level, slot))


def test_every_slot_is_drawn_absent_ones_as_ghosts_with_a_plus() -> None:
    for level, slot in [(3, 1), *((2, slot) for slot in range(1, 7))]:
        parts = by_id(drawn(PAPER, level, slot))
        for successor, predecessor, operation in edges(PAPER.motif(level, slot)):
            part = parts[f"L{level}-M{slot}-e{predecessor}-{successor}"]
            assert ("ghost" in classes(part)) == (operation == NONE)
            if operation == NONE:
                assert "".join(part.itertext()) == "+"
                assert part.get("aria-hidden") == "true"


def test_a_flat_genotype_of_eleven_nodes_has_all_55_slots() -> None:
    genotype = some_genotype("flat")
    parts = by_id(drawn(genotype, 2, 1))
    assert len([name for name in parts if "-e" in name]) == 55
    assert len([name for name in parts if "-n" in name]) == 11


def test_an_edge_says_what_it_carries_in_classes_words_and_data() -> None:
    edge = by_id(drawn(PAPER, 2, 1))["L2-M1-e1-3"]
    assert {"edge", "op", "op-conv1x1"} <= classes(edge)
    assert edge.get("aria-label") == "in to 3: conv 1×1"
    assert "".join(edge.itertext()) == "conv 1×1"
    assert (edge.get("data-from"), edge.get("data-to"), edge.get("data-operation")) == ("1", "3", "1")


def test_an_edge_of_the_cell_is_a_link_to_the_card_of_its_motif() -> None:
    edge = by_id(drawn(PAPER, 3, 1))["L3-M1-e1-2"]
    assert {"motif", "motif-5", "tone-5"} <= classes(edge)
    assert edge.get("data-uses") == "L2-M5"
    link = edge.find("a")
    assert link is not None
    assert link.get("href") == "#motif-L2-M5"
    assert link.get("aria-label") == "in to 2: motif M5 of level 2"


def test_no_colour_font_or_style_is_in_the_svg() -> None:
    for genotype, level in [(PAPER, 3), (PAPER, 2), (some_genotype("flat"), 2)]:
        svg = drawn(genotype, level, 1)
        assert not re.search(r'#[0-9a-f]{3,8}"|style=|fill=|stroke=|font-|black|white|xlink|<title', svg)


def test_dead_edges_nodes_and_unused_motifs_say_so() -> None:
    genotype = with_dead_parts()
    cell = by_id(drawn(genotype, 3, 1))
    dead = {name for name, part in cell.items() if "dead" in classes(part)}
    assert dead == {"L3-M1-e1-3", "L3-M1-n2", "L3-M1-n3", "L3-M1-n4"} | {"L3-M1-e1-2"}
    label = cell["L3-M1-e1-3"].find("a")
    assert label is not None
    assert "dead" in (label.get("aria-label") or "")
    assert {"dead", "unused"} <= classes(parsed(drawn(genotype, 2, 2)))
    assert "unused" not in classes(parsed(drawn(genotype, 2, 1)))


def test_an_unused_motif_is_dead_as_a_whole_and_its_edges_are_drawn_as_they_are() -> None:
    parts = by_id(drawn(with_dead_parts(), 2, 2))
    assert not [name for name, part in parts.items() if "dead" in classes(part)]


def test_four_levels_link_each_level_to_the_one_below() -> None:
    genotype = some_genotype(FOUR_LEVELS)
    for level in (4, 3):
        for part in by_id(drawn(genotype, level, 1)).values():
            link = part.find("a")
            if link is not None:
                assert (link.get("href") or "").startswith(f"#motif-L{level - 1}-M")
    assert "op-" in drawn(genotype, 2, 1)


def test_the_drawing_is_labelled_with_what_it_shows() -> None:
    assert parsed(drawn(PAPER, 2, 3)).get("aria-label") == "M3, level 2: 4 nodes, 6 of 6 edges"
