"""Conversion of Graphviz's SVG: geometry kept, colours and fonts dropped, classes and titles added.

The tree is built anew from what is known to be wanted, so nothing that Graphviz may write one day slips through.
"""

import re
import xml.etree.ElementTree as ET

from visualize.drawings.model import Drawing, Mark
from visualize.render.shapes import NAMESPACE, Shapes, edge_shapes, frame_shapes, frame_tab, node_shapes

Element = ET.Element
SVG = "http://www.w3.org/2000/svg"
LAID_OUT_SCALE = 1.15
"""Graphviz packs tightly: its drawings are shown a little larger than it made them."""
VAST = 1700
"""Pixels of width from which a picture is scrolled, never shrunk to its page."""

_NO_MARK = Mark("")


def svg_element(raw: bytes, drawing: Drawing, *, linked: bool, prefix: str = "") -> Element:
    """Our SVG from Graphviz's. In a page (`linked`) it has links and room for the pointer; a file has neither.

    `prefix` begins every id, where one page shows several drawings with the same parts.
    """
    source = ET.fromstring(raw)
    graph = source.find(f"{NAMESPACE}g")
    if graph is None:
        raise ValueError("Graphviz wrote an SVG without a group")
    left, top, width, height = _view_box(source, graph, drawing)
    scale = 1.0 if drawing.box else LAID_OUT_SCALE
    svg = ET.Element(
        "svg",
        {
            "class": f"drawing {drawing.classes}{' vast' if width * scale > VAST else ''}",
            "viewBox": " ".join(f"{round(value, 2):g}" for value in (left, top, width, height)),
            "width": f"{width * scale:.0f}",
            "height": f"{height * scale:.0f}",
            "role": "group" if linked else "img",
            "aria-label": drawing.label,
        },
    )
    groups = [
        group for group in graph.findall(f"{NAMESPACE}g") if linked or "ghost" not in group.get("class", "")
    ]
    groups.sort(key=lambda group: _mark(group, drawing).layer)
    parts = [_group(group, _mark(group, drawing), linked) for group in groups]
    parts += [_tab(group, _mark(group, drawing), linked) for group in groups if _kind(group) == "cluster"]
    for part in parts:
        part.set("id", prefix + part.get("id", ""))
    svg.extend(parts)
    return svg


def to_text(element: Element) -> str:
    return ET.tostring(element, encoding="unicode")


def _view_box(source: Element, graph: Element, drawing: Drawing) -> tuple[float, float, float, float]:
    """Ours where we placed everything; else Graphviz's, with its shift of the whole taken into the frame."""
    box = drawing.box
    if box:
        return (box.left, -box.top, box.right - box.left, box.top - box.bottom)
    _, _, width, height = (float(value) for value in source.get("viewBox", "").split())
    moved = re.search(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)", graph.get("transform", ""))
    x, y = (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)
    return (-x, -y, width, height)


def _mark(group: Element, drawing: Drawing) -> Mark:
    return drawing.marks.get(group.get("id", ""), _NO_MARK)


def _kind(group: Element) -> str:
    return group.get("class", "").partition(" ")[0]


def _group(group: Element, mark: Mark, linked: bool) -> Element:
    kind = _kind(group)
    shapes: Shapes
    if kind == "node":
        shapes = node_shapes(group)
    elif kind == "edge":
        shapes = edge_shapes(group, mark.middle, touchable=linked)
    else:
        return _meaningful(ET.Element("g", _names(group)), _NO_MARK, frame_shapes(group), linked)
    result = ET.Element("g", _names(group) | {f"data-{key}": value for key, value in mark.data.items()})
    return _meaningful(result, mark, shapes, linked)


def _tab(group: Element, mark: Mark, linked: bool) -> Element:
    """A frame's name is a group of its own, drawn after everything else; it carries the frame's meaning."""
    names = _names(group)
    names = {"id": f"{names['id']}-tab", "class": names["class"].replace("copy", "copy-tab", 1)}
    result = ET.Element("g", names | {f"data-{key}": value for key, value in mark.data.items()})
    return _meaningful(result, mark, frame_tab(group), linked)


def _names(group: Element) -> dict[str, str]:
    """Id, then class; a cluster is called a copy, which is what it shows."""
    kind, _, rest = group.get("class", "").partition(" ")
    return {"id": group.get("id", ""), "class": f"{'copy' if kind == 'cluster' else kind} {rest}".strip()}


def _meaningful(result: Element, mark: Mark, shapes: Shapes, linked: bool) -> Element:
    """With a link, with a label, or silent."""
    inside = result
    if mark.href and linked:
        inside = ET.SubElement(result, "a", {"href": mark.href, "aria-label": mark.label})
    elif mark.label:
        result.set("role", "img")
        result.set("aria-label", mark.label)
    else:
        result.set("aria-hidden", "true")
    inside.extend(shapes)
    return result
