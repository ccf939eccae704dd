"""The layout of boxes of many sizes: nothing lies on anything else, and wires lead down."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from visualize.drawings.nested_layout import layered


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(10, 300), st.integers(10, 200)), min_size=1, max_size=14),
    st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=30),
)
def test_boxes_never_overlap_and_wires_lead_down(
    sizes: list[tuple[int, int]], pairs: list[tuple[int, int]]
) -> None:
    items = {number: (float(w), float(h)) for number, (w, h) in enumerate(sizes)}
    edges = [(a, b) for a, b in pairs if a < b < len(sizes)]
    placed = layered(items, edges)
    for one, other in combinations(items, 2):
        (ax, ay), (bx, by) = placed.boxes[one], placed.boxes[other]
        beside = ax + items[one][0] <= bx + 0.2 or bx + items[other][0] <= ax + 0.2
        above = ay + items[one][1] <= by + 0.2 or by + items[other][1] <= ay + 0.2
        assert beside or above
    for (source, target), wire in zip(edges, placed.wires, strict=True):
        heights = [y for _, y in wire]
        assert heights == sorted(heights)
        assert placed.boxes[source][1] < placed.boxes[target][1]
    for item, (x, y) in placed.boxes.items():
        assert -0.1 <= x <= placed.width - items[item][0] + 0.2
        assert -0.1 <= y <= placed.height - items[item][1] + 0.2
