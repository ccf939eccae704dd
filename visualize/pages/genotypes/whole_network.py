"""Context of the network tab: the picture as far as it is open, the layer that is chosen, the layers as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.primitives import primitive
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.cost import Cost
from search.evolution.networks.host import Host
from search.evolution.networks.layer_tree import Layer, LayerTree
from visualize.drawings.names import edge_id, edge_name
from visualize.pages.genotypes.network_boxes import (
    HOST_NAMES,
    NetworkBox,
    Node,
    curve,
    network_picture,
    title,
)
from visualize.style.formats import count

MOST_TOGGLED = 60
"""Layers whose state an address may turn round."""
BYTES = 4
"""Of a value in single precision."""


@dataclass(frozen=True)
class ShownBox:
    """One box with where its clicks lead."""

    box: NetworkBox
    choose: str
    toggle: str
    """Empty for what cannot be opened."""
    chosen: bool
    found: bool


@dataclass(frozen=True)
class LayerRow:
    """One layer as a row of numbers."""

    name: str
    address: str
    shape_in: str
    shape_out: str
    cost: Cost
    parameter_share: float
    multiply_add_share: float
    output_bytes: int
    """Of what leaves it, for one image."""
    activation_bytes: int
    """Of what all operations in it give out, for one image."""


@dataclass(frozen=True)
class ChosenLayer:
    """The panel beside the picture."""

    row: LayerRow
    where: str
    operations: list[tuple[str, int]]
    """What stands in it, the most frequent first."""
    edge: str
    """Id of the genotype's edge that it comes from; empty for the host's layers."""
    motif: str
    """Of the editor: the motif that this edge belongs to."""


@dataclass(frozen=True)
class WholeNetwork:
    width: float
    height: float
    boxes: list[ShownBox]
    wires: list[str]
    nodes: list[Node]
    refused: int
    depths: list[tuple[str, str, bool]]
    """Label, address and whether it is the one shown."""
    find: str
    matches: int
    """Operations of the whole network that the search names."""
    shown: int
    """Of them in the picture, boxes that hold them left out."""
    rows: list[LayerRow]
    chosen: ChosenLayer | None
    depth: int
    toggled: str
    total: Cost
    image: str


@dataclass(frozen=True)
class _State:
    """What the address says; nonsense in it is answered by what is usual."""

    depth: int
    toggled: frozenset[str]
    layer: str
    find: str

    def opened(self, layer: Layer) -> bool:
        return (layer.path.count("/") < self.depth) != (layer.path in self.toggled)

    def address(self, **changes: str) -> str:
        values = {
            "tab": "network",
            "depth": str(self.depth),
            "toggle": ",".join(sorted(self.toggled)),
            "find": self.find,
            **changes,
        }
        return "?" + urlencode({name: value for name, value in values.items() if value}, safe="/,")


def whole_network(genotype: Genotype, host: Host, query: Mapping[str, Any]) -> WholeNetwork | None:
    """None where the genotype builds no network."""
    try:
        tree = LayerTree(genotype, host)
    except Infeasible:
        return None
    layers = tree.layers()
    state = _state(query, layers, genotype.space.top)
    picture = network_picture(tree, state.opened)
    total = sum((layer.cost for layer in layers), Cost())
    chosen = tree.find(state.layer) if state.layer else None
    boxes = [_shown(box, state) for box in picture.boxes]
    return WholeNetwork(
        width=picture.width + 20,
        height=picture.height + 20,
        boxes=boxes,
        wires=[curve(wire) for wire in picture.wires],
        nodes=picture.nodes,
        refused=picture.refused,
        depths=_depths(state, genotype.space.top),
        find=state.find,
        matches=sum(_matching(layer, state.find) for layer in layers),
        shown=sum(each.found and not each.box.layer.opens for each in boxes),
        rows=[_row(layer, total, state) for layer in layers],
        chosen=_chosen(chosen, total, state, genotype) if chosen else None,
        depth=state.depth,
        toggled=",".join(sorted(state.toggled)),
        total=total,
        image=f"{count(host.image_channels)} × {host.image_size} × {host.image_size}",
    )


def _state(query: Mapping[str, Any], layers: list[Layer], top: int) -> _State:
    depth = str(query.get("depth", ""))
    toggled = [path for path in str(query.get("toggle", "")).split(",") if path][:MOST_TOGGLED]
    if not depth and not toggled:  # at first the first cell alone is open
        toggled = [layer.path for layer in layers if layer.kind == "cell"][:1]
    return _State(
        depth=min(int(depth), top - 1) if depth.isascii() and depth.isdigit() and len(depth) < 3 else 0,
        toggled=frozenset(toggled),
        layer=str(query.get("layer", ""))[:80],
        find=str(query.get("find", "")).strip()[:40],
    )


def _depths(state: _State, top: int) -> list[tuple[str, str, bool]]:
    motifs = ["Motifs"] if top == 3 else [f"Motifs of level {top - depth}" for depth in range(1, top - 1)]
    labels = ["Layers", *motifs, "Operations"]
    return [
        (label, state.address(depth=str(depth), toggle=""), state.depth == depth and not state.toggled)
        for depth, label in enumerate(labels)
    ]


def _shown(box: NetworkBox, state: _State) -> ShownBox:
    layer = box.layer
    toggle = state.toggled ^ {layer.path} if layer.opens else state.toggled
    return ShownBox(
        box=box,
        choose=state.address(layer=layer.path),
        toggle=state.address(toggle=",".join(sorted(toggle)), layer=state.layer) if layer.opens else "",
        chosen=layer.path == state.layer,
        found=bool(state.find) and not box.is_open and _matching(layer, state.find) > 0,
    )


def _matching(layer: Layer, find: str) -> int:
    """How many operations in it a search names: by the primitive's name or its label."""
    if not find:
        return 0
    wanted = find.lower()
    return sum(number for name, number in layer.operations.items() if wanted in _words(name))


def _words(name: str) -> str:
    label = (HOST_NAMES.get(name) or primitive(name).label).lower()
    return f"{name} {label} {label.replace('×', 'x')}"


def _row(layer: Layer, total: Cost, state: _State) -> LayerRow:
    scores = layer.name == "pool_linear"
    out = f"{count(layer.output_width)}"
    if not scores:
        out += f" × {layer.output_size} × {layer.output_size}"
    return LayerRow(
        name=title(layer),
        address=state.address(layer=layer.path),
        shape_in=f"{count(layer.input_width)} × {layer.input_size} × {layer.input_size}",
        shape_out=out,
        cost=layer.cost,
        parameter_share=layer.cost.parameters / total.parameters if total.parameters else 0.0,
        multiply_add_share=layer.cost.multiply_adds / total.multiply_adds if total.multiply_adds else 0.0,
        output_bytes=BYTES * layer.output_width * layer.output_size**2,
        activation_bytes=BYTES * layer.cost.activations,
    )


def _chosen(layer: Layer, total: Cost, state: _State, genotype: Genotype) -> ChosenLayer:
    steps = layer.path.split("/")
    where = [f"layer {steps[0]}"]
    edge = motif = ""
    if layer.place is not None:
        level, slot, successor, predecessor = layer.place
        owner = genotype.space.motif_name(level, slot)
        where.append(f"edge {edge_name(genotype.space, level, successor, predecessor)} of {owner}")
        edge, motif = edge_id(*layer.place), f"L{level}-M{slot}"
    elif layer.kind == "projection":
        where.append("after the motif: to the cell's width")
    listed = sorted(layer.operations.items(), key=lambda row: -row[1])
    return ChosenLayer(
        _row(layer, total, state),
        ", ".join(where),
        [(HOST_NAMES.get(name) or primitive(name).label, number) for name, number in listed],
        edge,
        motif,
    )
