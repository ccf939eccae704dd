"""The trellis of Convolutional Neural Fabrics as a picture: layers from left to right, scales from fine to coarse."""

from dataclasses import dataclass

from search.evolution.estimates.trellis_shape import Node, TrellisShape

STEP_X, STEP_Y = 38.0, 24.0
"""Between two layers and between two scales, in units of the picture."""
LABELS, MARGIN, HEADING = 44.0, 10.0, 22.0
"""Width of the names at the left, space around the nodes, height of the names above."""
PUBLISHED = TrellisShape(layers=8, image_size=32, image_channels=3, channels=16, classes=10)
"""As `manage.py train_trellis` builds it for images of 32 x 32 pixels."""


@dataclass(frozen=True)
class Label:
    """A layer's number or a scale's side in pixels, where it stands."""

    place: float
    text: str


@dataclass(frozen=True)
class TrellisPicture:
    """Nodes, and lines from the node that is read to the one that reads."""

    shape: TrellisShape
    nodes: tuple[tuple[float, float], ...]
    lines: tuple[tuple[float, float, float, float], ...]
    layers: tuple[Label, ...]
    scales: tuple[Label, ...]
    width: float
    height: float

    @property
    def convolutions(self) -> int:
        """One for each line."""
        return len(self.shape.edges)

    @property
    def summary(self) -> str:
        """The picture in words."""
        sizes = ", ".join(label.text for label in self.scales)
        return (
            f"A grid of {self.shape.layers} layers by {len(self.scales)} scales, {sizes}. Each node reads its three "
            "neighbours in the layer before. The image enters at the finest scale of the first layer and the classes "
            "are read at the coarsest of the last."
        )


def trellis_picture(shape: TrellisShape = PUBLISHED) -> TrellisPicture:
    """Where everything stands."""
    scales = range(len(shape.sizes))
    nodes = [_place((layer, scale)) for layer in range(shape.layers) for scale in scales]
    last_x, last_y = nodes[-1]
    return TrellisPicture(
        shape=shape,
        nodes=tuple(nodes),
        lines=tuple((*_place(reads), *_place(writes)) for reads, writes in shape.edges),
        layers=tuple(Label(_place((layer, 0))[0], str(layer + 1)) for layer in range(shape.layers)),
        scales=tuple(
            Label(_place((0, scale))[1], f"{size} × {size}") for scale, size in enumerate(shape.sizes)
        ),
        width=last_x + MARGIN,
        height=last_y + MARGIN,
    )


def _place(node: Node) -> tuple[float, float]:
    layer, scale = node
    return LABELS + MARGIN + layer * STEP_X, HEADING + MARGIN + scale * STEP_Y
