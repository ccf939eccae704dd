"""Boxes of the whole network's picture: what is open is laid out inside its own frame."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from search.evolution.genotypes.primitives import primitive
from search.evolution.networks.layer_tree import Graph, Layer, LayerTree
from visualize.drawings.nested_layout import Item, layered
from visualize.style.formats import count, magnitude
from visualize.style.palette import tone

HOST_NAMES = {
    "conv3x3": "3×3 convolution",
    "sep3x3": "3×3 separable convolution",
    "pool_linear": "mean over pixels, linear",
}
MOST = 900
"""Boxes of one picture: beyond, what would be opened stays closed, and the page says so."""
WIDE, NARROW, HEIGHT, DOT = 224.0, 112.0, 40.0, 10.0
MOTIF = 158.0
PAD, HEAD = 12.0, 30.0
OPENS, LETTER, SMALL_LETTER = 46.0, 7.5, 6.0
"""Of an open box's heading: its button and what lies around, a letter of its title, and one of its note."""


@dataclass(frozen=True)
class NetworkBox:
    """One rectangle; a frame where it is open."""

    layer: Layer
    x: float
    y: float
    width: float
    height: float
    title: str
    note: str
    classes: str
    is_open: bool


@dataclass(frozen=True)
class Node:
    """Where values are joined along channels."""

    x: float
    y: float
    label: str


@dataclass
class Picture:
    """Everything of one frame, from its upper left."""

    width: float = 0.0
    height: float = 0.0
    boxes: list[NetworkBox] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    wires: list[list[tuple[float, float]]] = field(default_factory=list)
    refused: int = 0
    """Layers that were to be open and would have been too many boxes."""

    def take(self, other: "Picture", x: float, y: float) -> None:
        self.boxes += [replace(box, x=round(box.x + x, 1), y=round(box.y + y, 1)) for box in other.boxes]
        self.nodes += [replace(node, x=round(node.x + x, 1), y=round(node.y + y, 1)) for node in other.nodes]
        self.wires += [[(a + x, b + y) for a, b in wire] for wire in other.wires]
        self.refused += other.refused


Opened = Callable[[Layer], bool]


def network_picture(tree: LayerTree, opened: Opened) -> Picture:
    """The host's layers from top to bottom, each open one with its inside."""
    left = [MOST]
    pictures = [_drawn(tree, layer, opened, left) for layer in tree.layers()]
    sizes: dict[Item, tuple[float, float]] = {
        number: (each.width, each.height) for number, each in enumerate(pictures)
    }
    return _joined(
        sizes, [(number, number + 1) for number in range(len(pictures) - 1)], dict(enumerate(pictures))
    )


def _drawn(tree: LayerTree, layer: Layer, opened: Opened, left: list[int]) -> Picture:
    left[0] -= 1
    if not layer.opens or not opened(layer):
        return _closed(layer)
    graph = tree.inside(layer)
    if left[0] < len(graph.parts):
        refused = _closed(layer)
        refused.refused = 1
        return refused
    inner = _inside(tree, graph, opened, left)
    words = OPENS + LETTER * len(title(layer)) + SMALL_LETTER * len(note(layer))
    whole = Picture(max(inner.width + 2 * PAD, WIDE, words), inner.height + HEAD + PAD)
    frame = NetworkBox(layer, 0, 0, whole.width, whole.height, title(layer), note(layer), look(layer), True)
    whole.boxes.append(frame)
    whole.take(inner, (whole.width - inner.width) / 2, HEAD)
    return whole


def _closed(layer: Layer) -> Picture:
    width = {"operation": NARROW, "projection": NARROW, "motif": MOTIF}.get(layer.kind, WIDE)
    box = NetworkBox(layer, 0, 0, width, HEIGHT, title(layer), note(layer), look(layer), False)
    return Picture(width, HEIGHT, [box])


def _inside(tree: LayerTree, graph: Graph, opened: Opened, left: list[int]) -> Picture:
    pictures: dict[Item, Picture] = {}
    edges: list[tuple[Item, Item]] = []
    for node in sorted({1, graph.nodes, *(part.predecessor for part in graph.parts)}):
        channels = f"{count(graph.widths[node])} channels"
        pictures["node", node] = Picture(DOT, DOT, nodes=[Node(DOT / 2, DOT / 2, channels)])
    for part in graph.parts:
        pictures[part.layer.path] = _drawn(tree, part.layer, opened, left)
        edges += [(("node", part.predecessor), part.layer.path), (part.layer.path, ("node", part.successor))]
    if graph.projection is not None:
        pictures[graph.projection.path] = _closed(graph.projection)
        edges.append((("node", graph.nodes), graph.projection.path))
    return _joined({item: (each.width, each.height) for item, each in pictures.items()}, edges, pictures)


def _joined(
    sizes: dict[Item, tuple[float, float]], edges: list[tuple[Item, Item]], pictures: dict[Item, Picture]
) -> Picture:
    placed = layered(sizes, edges)
    whole = Picture(placed.width, placed.height)
    whole.wires = list(placed.wires)
    for item, (x, y) in placed.boxes.items():
        whole.take(pictures[item], x, y)
    return whole


def curve(points: list[tuple[float, float]]) -> str:
    """The path of a wire, upright where it leaves and arrives."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        bent = f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
        parts.append(f"V{to_y:.1f}" if abs(x - to_x) < 0.05 else bent)
    return "".join(parts)


def title(layer: Layer) -> str:
    if layer.kind == "host":
        return HOST_NAMES[layer.name]
    if layer.kind in ("cell", "motif"):
        return layer.name
    return primitive(layer.name).label


def note(layer: Layer) -> str:
    if layer.output_size == 1 and layer.name == "pool_linear":
        return f"{count(layer.output_width)} scores"
    if layer.opens:
        inside = sum(layer.operations.values())
        return f"{count(inside)} operations, {magnitude(layer.cost.parameters)}"
    halves = f", {layer.output_size}×{layer.output_size}" if layer.kind == "host" else ""
    return f"{count(layer.input_width)} → {count(layer.output_width)}{halves}"


def look(layer: Layer) -> str:
    if layer.kind == "motif":
        return f"motif tone-{tone(layer.slot)}"
    if layer.kind in ("operation", "projection"):
        return f"{layer.kind} op-{layer.name}"
    return layer.kind
