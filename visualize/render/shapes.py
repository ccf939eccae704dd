"""Shapes of the converted SVG: nodes, edges, edge labels."""

import math
import re
import xml.etree.ElementTree as ET

NAMESPACE = "{http://www.w3.org/2000/svg}"

PILL_HEIGHT = 18.0
_LETTER = 6.5
_PILL_PADDING = 14.0
_BASELINE = 3.9
"""From a text's middle down to its baseline, for 11 units of size."""

Point = tuple[float, float]
Shapes = list[ET.Element]


def node_shapes(group: ET.Element) -> Shapes:
    ellipse = group.find(f"{NAMESPACE}ellipse")
    if ellipse is None:
        return []
    x, y, radius = (float(ellipse.get(name, "0")) for name in ("cx", "cy", "rx"))
    disc = _shape("circle", "disc", cx=f"{x:g}", cy=f"{y:g}", r=f"{radius:g}")
    return [disc, *(_text("disc-text", (x, y), text) for _, text in _labels(group))]


def edge_shapes(group: ET.Element, middle: Point | None, *, touchable: bool) -> Shapes:
    """The line, a wide invisible one for the pointer, the arrow head, and the pill at `middle` or on the line."""
    d = next(path.get("d", "") for path in group.iter(f"{NAMESPACE}path"))
    shapes = [_shape("path", "hit", d=d)] if touchable else []
    shapes.append(_shape("path", "line", d=d))
    for polygon in group.iter(f"{NAMESPACE}polygon"):
        shapes.append(_shape("polygon", "head", points=polygon.get("points", "")))
    for place, text in _labels(group):
        shapes += _pill("pill", middle or _nearest(d, place), text)
    return shapes


def frame_shapes(group: ET.Element) -> Shapes:
    """The rounded frame around one copy of a motif."""
    return [_shape("path", "frame", d=path.get("d", "")) for path in group.iter(f"{NAMESPACE}path")]


def frame_tab(group: ET.Element) -> Shapes:
    """The name of a copy, on the upper border of its frame and on top of whatever crosses it there."""
    points = [point for path in group.iter(f"{NAMESPACE}path") for point in _points(path.get("d", ""))]
    right, top = max(x for x, _ in points), min(y for _, y in points)  # on the left the edges come in
    return [shape for _, text in _labels(group) for shape in _pill("tab", (right - 26, top), text)]


def _labels(group: ET.Element) -> list[tuple[Point, str]]:
    """Middle and text of each label."""
    return [
        ((float(text.get("x", "0")), float(text.get("y", "0")) - _BASELINE), text.text or "")
        for text in group.iter(f"{NAMESPACE}text")
    ]


def _pill(name: str, middle: Point, text: str) -> Shapes:
    x, y = middle
    width = PILL_HEIGHT if text == "+" else max(PILL_HEIGHT, len(text) * _LETTER + _PILL_PADDING)
    corner = {
        "x": x - width / 2,
        "y": y - PILL_HEIGHT / 2,
        "width": width,
        "height": PILL_HEIGHT,
        "rx": PILL_HEIGHT / 2,
    }
    box = _shape("rect", name, **{key: f"{round(value, 2):g}" for key, value in corner.items()})
    return [box, _text(f"{name}-text", middle, text)]


def _text(name: str, middle: Point, text: str) -> ET.Element:
    x, y = middle
    anchor = {"text-anchor": "middle"}
    element = _shape("text", name, x=f"{round(x, 2):g}", y=f"{round(y + _BASELINE, 2):g}", **anchor)
    element.text = text
    return element


def _shape(tag: str, name: str, **attributes: str) -> ET.Element:
    return ET.Element(tag, {"class": name, **attributes})


def _nearest(d: str, wanted: Point) -> Point:
    """The point of a path closest to where Graphviz put the label, so that the pill sits on its line."""
    points = _points(d)
    samples = [
        _on_cubic(points[first : first + 4], step / 16)
        for first in range(0, len(points) - 3, 3)
        for step in range(1, 16)
    ]
    return min(samples, key=lambda point: math.dist(point, wanted))


def _points(d: str) -> list[Point]:
    numbers = [float(value) for value in re.findall(r"-?\d+(?:\.\d+)?", d)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _on_cubic(points: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return (
        sum(weight * x for weight, (x, _) in zip(weights, points, strict=True)),
        sum(weight * y for weight, (_, y) in zip(weights, points, strict=True)),
    )
