"""Text that a person typed stays text, whatever it contains."""

import dataclasses

import graphviz
import pytest

from tests.visualize.pictures import PAPER, by_id, parsed
from visualize.drawings import Drawing, Mark, motif_drawing
from visualize.drawings.names import dot_text
from visualize.render import page_svg, svg_file

HOSTILE = (
    '"><script>alert(1)</script>',
    "]]><!-- & 'quotes' \"",
    "\\N \\G \\E line\\nbreak\\",
    "<b>bold</b> &amp; &#0;",
    "</svg><svg onload=alert(1)>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_labels_and_data_are_escaped(text: str) -> None:
    drawing = motif_drawing(PAPER, 3, 1)
    marks = {**drawing.marks, "L3-M1-e1-2": Mark(text, f"#{text}", {"note": text})}
    svg = page_svg(dataclasses.replace(drawing, label=text, marks=marks))
    assert parsed(svg).get("aria-label") == text
    edge = by_id(svg)["L3-M1-e1-2"]
    assert edge.get("data-note") == text
    assert "<script" not in svg
    assert "<b>" not in svg


@pytest.mark.parametrize("text", HOSTILE)
def test_text_on_edges_is_escaped_for_graphviz_too(text: str) -> None:
    graph = graphviz.Digraph("hostile")
    graph.edge("a", "b", dot_text(text), id="e")
    svg = svg_file(Drawing(graph.source, "dot", "hostile", "x", {}, 1))
    shown = "".join(
        "".join(element.itertext()) for element in parsed(svg).iter() if element.get("class") == "pill-text"
    )
    assert shown == text
