"""The host as a row of its layers, from image to scores, each with the feature maps that leave it."""

from dataclasses import dataclass

from search.evolution.networks.host import Host, host_layers

_NAMES = {
    "conv3x3": "3×3 convolution",
    "sep3x3": "3×3 separable",
    "cell": "cell",
    "pool_linear": "pool, linear",
}


@dataclass(frozen=True)
class LayerBox:
    """One box of the row."""

    name: str
    width: str
    """Channels that leave it; of a cell its C; of the last one the classes."""
    halves: bool
    side: int
    """Of the feature maps that leave it, in pixels; 0: scores leave it."""
    is_cell: bool


def layer_boxes(host: Host) -> list[LayerBox]:
    """In order, without the image."""
    boxes, side = [], host.image_size
    for layer in host_layers(host):
        side = -(-side // layer.stride)
        scores = layer.kind == "pool_linear"
        unit = " classes" if scores else ""
        width = f"C = {layer.width}" if layer.kind == "cell" else f"{layer.width}{unit}"
        boxes.append(
            LayerBox(
                _NAMES[layer.kind], width, layer.stride == 2, 0 if scores else side, layer.kind == "cell"
            )
        )
    return boxes
