"""The host beside the cell: stem, groups of cells, reductions and classifier as boxes, from image to scores."""

from dataclasses import dataclass

from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.host import Host
from search.evolution.networks.host_outline import HostPart, OutlineLayer, PartKind, host_outline

MOST_CELLS = 3
"""Of a group whose layers are drawn one by one; of more, one cell stands for all."""
_NAMES = {
    "conv3x3": "3×3 convolution",
    "sep3x3": "3×3 separable",
    "pool_linear": "pool, linear",
}
_TITLES: dict[PartKind, str] = {"stem": "stem", "reduction": "reduction", "classifier": "classifier"}


@dataclass(frozen=True)
class LayerBox:
    """One box."""

    name: str
    width: str
    """Channels that leave it; of a cell its C; of the last one the classes."""
    halves: bool
    is_cell: bool


@dataclass(frozen=True)
class PartBox:
    """A frame around neighbouring boxes."""

    kind: PartKind
    title: str
    layers: tuple[LayerBox, ...]
    side: int
    """Of the feature maps that leave it, in pixels; 0: scores leave it."""


def part_boxes(host: Host, space: SearchSpace) -> list[PartBox]:
    """In order, without the image; cells as the space names them."""
    return [
        PartBox(part.kind, _title(part), tuple(_box(row, space) for row in _drawn(part, space)), part.side)
        for part in host_outline(host)
    ]


def _title(part: HostPart) -> str:
    if part.kind != "group":
        return _TITLES[part.kind]
    return f"group {part.number}, N = {part.cells}"


def _drawn(part: HostPart, space: SearchSpace) -> tuple[OutlineLayer, ...]:
    """A cell and the separable convolution that follows it stand for a long group, beside its reduction cell."""
    if part.cells <= MOST_CELLS:
        return part.layers
    has_other = space.reduction_cell and part.layers[-1].layer.reduces
    return (*part.layers[:2], *part.layers[-1:]) if has_other else part.layers[:2]


def _box(row: OutlineLayer, space: SearchSpace) -> LayerBox:
    layer = row.layer
    width = f"C = {layer.width}" if layer.kind == "cell" else str(layer.width)
    classes = " classes" if layer.kind == "pool_linear" else ""
    is_cell = layer.kind == "cell"
    cell = space.motif_name(space.top, space.cell_slot(reduces=layer.reduces))
    return LayerBox(cell if is_cell else _NAMES[layer.kind], width + classes, layer.stride == 2, is_cell)
