"""A family tree in its place: what must hold for every tree, whatever its shape."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.pages.lineage.tree_layout import (
    LABEL_HEIGHT,
    LETTER,
    DrawnNode,
    Node,
    Tree,
    TreeFrame,
    Wall,
    lay_out,
    place_labels,
    prune,
)

FRAME = TreeFrame(1000, 20, 200, 30, 10, 1000, 5.0, 24.0)


@st.composite
def forests(draw: st.DrawFn) -> list[Node]:
    """Parents before children; now and then a new root."""
    nodes: list[Node] = []
    for id in range(draw(st.integers(1, 60))):
        parent = draw(st.one_of(st.none(), st.integers(0, id - 1))) if id else None
        nodes.append(Node(id, parent, float(id), draw(st.floats(0, 1))))
    return nodes


def laid_out(nodes: Sequence[Node], *, staircase: bool = False) -> Tree:
    return lay_out(prune(nodes), FRAME, staircase=staircase)


def chain(length: int) -> list[Node]:
    return [Node(id, id - 1 if id else None, float(id), weight=id % 7) for id in range(length)]


@given(forests(), st.integers(1, 40))
def test_what_is_kept_hangs_on_its_nearest_ancestor_that_is_kept_too(nodes: list[Node], limit: int) -> None:
    kept = prune(nodes, limit=limit)
    assert len(kept) == min(limit, len(nodes))
    parents = {node.id: node.parent for node in nodes}
    drawn = {one.node.id for one in kept}
    for one in kept:
        above, skipped = parents[one.node.id], 0
        while above is not None and above not in drawn:
            above, skipped = parents[above], skipped + 1
        assert (one.parent, one.skipped) == (above, skipped)


@given(forests())
def test_what_must_be_kept_is_kept_before_what_weighs_more(nodes: list[Node]) -> None:
    always = {nodes[0].id, nodes[-1].id}
    assert always <= {one.node.id for one in prune(nodes, always=always, limit=2)}


@given(forests(), st.booleans())
def test_everything_is_inside_the_frame_and_nothing_on_top_of_anything(
    nodes: list[Node], staircase: bool
) -> None:
    tree = laid_out(nodes, staircase=staircase)
    places = {(spot.x, spot.y) for spot in tree.spots.values()}
    assert len(places) == len(nodes)
    for x, y in places:
        assert FRAME.left <= x <= FRAME.width - FRAME.right
        assert FRAME.top <= y <= tree.height - FRAME.bottom


@given(forests())
def test_a_child_stands_right_of_its_parent(nodes: list[Node]) -> None:
    tree = laid_out(nodes)
    for node in nodes:
        if node.parent is not None:
            assert tree.spots[node.id].x >= tree.spots[node.parent].x


@given(forests())
def test_no_line_crosses_another_one(nodes: list[Node]) -> None:
    """Each goes down at its parent's x, then across at its child's y."""
    tree = laid_out(nodes)
    links = [(tree.spots[node.parent], tree.spots[node.id]) for node in nodes if node.parent is not None]
    for down_from, down_to in links:
        low, high = sorted((down_from.y, down_to.y))
        for across_from, across_to in links:
            meets = low < across_to.y < high and across_from.x < down_from.x < across_to.x
            assert not meets


@given(forests())
def test_in_a_staircase_everyone_has_a_row(nodes: list[Node]) -> None:
    tree = laid_out(nodes, staircase=True)
    assert len({spot.y for spot in tree.spots.values()}) == len(nodes)


def test_seven_hundred_generations_are_pruned_to_three_hundred() -> None:
    nodes = chain(700)
    kept = prune(nodes, always={0, 699})
    assert len(kept) == 300
    assert [kept[0].node.id, kept[-1].node.id] == [0, 699]
    assert sum(one.skipped for one in kept) == 400
    tree = lay_out(kept, FRAME, staircase=True)
    assert tree.height <= FRAME.top + 300 * FRAME.least_row + FRAME.bottom


def test_a_line_of_thousands_is_laid_out_without_recursion() -> None:
    kept = prune(chain(5000), limit=5000)
    assert len(lay_out(kept, FRAME).spots) == 5000


def test_one_individual_and_none_at_all_are_pictures_too() -> None:
    assert laid_out(chain(1)).spots[0].x == FRAME.left
    assert laid_out([]).spots == {}


@given(forests(), st.lists(st.text(min_size=1, max_size=30), min_size=60, max_size=60))
def test_labels_never_meet_each_other_and_stay_in_the_picture(nodes: list[Node], words: list[str]) -> None:
    tree = laid_out(nodes)
    texts = {node.id: words[node.id] for node in nodes}
    labels = place_labels(tree, texts, first=[len(nodes) - 1], offsets=[(7, -9), (-7, 17)])
    boxes = [(label.x, label.x + len(texts[label.id]) * LETTER, label.y) for label in labels]
    for place, (left, right, y) in enumerate(boxes):
        assert left >= 0
        assert right <= FRAME.width
        for other_left, other_right, other_y in boxes[:place]:
            apart = left >= other_right - 0.2 or right <= other_left + 0.2
            assert apart or abs(y - other_y) >= LABEL_HEIGHT - 0.2


def test_the_first_in_order_gets_its_label_and_walls_and_dots_stay_clear() -> None:
    tree = lay_out([DrawnNode(node, node.parent, 0) for node in chain(2)], FRAME)
    texts = {0: "a label", 1: "another label"}
    both = place_labels(tree, texts, first=[1], offsets=[(7, -9)])
    assert both[0].id == 1
    spot = tree.spots[1]
    wall = Wall(spot.x + 20, spot.y - 50, spot.y + 50)
    assert [
        label.id for label in place_labels(tree, {1: "another"}, first=[], offsets=[(7, -9)], walls=[wall])
    ] == []
    turned = place_labels(tree, {1: "another"}, first=[], offsets=[(7, -9), (-7, -9)], walls=[wall])
    assert turned[0].x == pytest.approx(spot.x - 7 - 7 * LETTER, abs=0.1)
    assert place_labels(tree, {0: "x" * 200}, first=[], offsets=[(7, -9)]) == []
