"""Every edge has its own fixed place."""

import itertools

import pytest

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import LevelShape, SearchSpace
from tests.visualize.pictures import PAPER, by_id, geometry, parsed, some_genotype
from visualize.drawings import motif_drawing
from visualize.drawings.arcs import ARC_NODES, PILL_HEIGHT, arc, frame
from visualize.render import page_svg


def pairs(nodes: int) -> list[tuple[int, int]]:
    return list(itertools.combinations(range(1, nodes + 1), 2))


@pytest.mark.parametrize("nodes", range(2, ARC_NODES + 1))
def test_no_two_pills_touch(nodes: int) -> None:
    widest = 66.0  # `identity`
    middles = [arc(j, i, nodes).middle for j, i in pairs(nodes)]
    for (x, y), (other_x, other_y) in itertools.combinations(middles, 2):
        assert abs(x - other_x) > widest or abs(y - other_y) > PILL_HEIGHT


@pytest.mark.parametrize("nodes", range(2, ARC_NODES + 1))
def test_the_frame_holds_every_arc(nodes: int) -> None:
    box = frame(nodes)
    for j, i in pairs(nodes):
        place = arc(j, i, nodes)
        for x, y in (place.start, place.end, place.tip, place.middle):
            assert box.left <= x <= box.right
            assert box.bottom <= y <= box.top


def test_even_spans_arch_above_odd_ones_hang_below_and_neighbours_are_joined_straight() -> None:
    heights = {span: arc(1, 1 + span, 7).middle[1] for span in range(1, 7)}
    assert heights[1] == 0
    assert 0 < heights[2] < heights[4] < heights[6]
    assert 0 > heights[3] > heights[5]


@pytest.mark.parametrize(
    "genotype, level, slot", [(PAPER, 3, 1), (PAPER, 2, 4), (some_genotype("flat"), 2, 1)]
)
def test_nothing_moves_when_any_edge_is_set_changed_or_removed(
    genotype: Genotype, level: int, slot: int
) -> None:
    before = page_svg(motif_drawing(genotype, level, slot))
    places = {name: geometry(element) for name, element in by_id(before).items()}
    nodes = genotype.space.level(level).nodes
    for predecessor, successor in pairs(nodes)[:12]:
        for operation in (0, 1, 6):
            edited = genotype.with_edge(level, slot, successor, predecessor, operation)
            after = page_svg(motif_drawing(edited, level, slot))
            assert {name: geometry(element) for name, element in by_id(after).items()} == places
            assert parsed(after).get("viewBox") == parsed(before).get("viewBox")


def test_larger_motifs_than_arcs_can_show_are_laid_out_by_dot() -> None:
    space = SearchSpace(levels=(LevelShape(motifs=1, nodes=ARC_NODES + 1),))
    drawing = motif_drawing(some_genotype(space), 2, 1)
    assert drawing.engine == "dot"
    assert drawing.box is None
