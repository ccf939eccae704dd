"""Shape of the trellis of Convolutional Neural Fabrics (Saxena and Verbeek 2016): its edges, and its weights counted.

Nodes lie on layers x scales; each scale halves the image, down to one pixel. A node of a layer after the first reads
three of the layer before: the same scale, the finer and the coarser one. Within the first layer the image is carried to
all scales, within the last one everything is carried to the coarsest. No edge is chosen: nothing of it is searched for.
Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass

Node = tuple[int, int]
"""(layer, scale), both from 0; scale 0 is the image's own."""
PIXELS = 9
"""Of a 3x3 filter."""


@dataclass(frozen=True)
class TrellisShape:
    """`channels` at every node."""

    layers: int
    image_size: int
    image_channels: int
    channels: int
    classes: int

    @property
    def sizes(self) -> tuple[int, ...]:
        """Side of the feature maps of each scale, in pixels: halved and rounded up, down to 1."""
        return scale_sizes(self.image_size, 1 + (self.image_size - 1).bit_length())

    @property
    def edges(self) -> tuple[tuple[Node, Node], ...]:
        """(reads, writes), in an order in which they can be computed; each is a 3x3 convolution."""
        scales, last, found = len(self.sizes), self.layers - 1, []
        for layer in range(self.layers):
            for scale in range(scales):
                if layer:
                    found += [
                        ((layer - 1, near), (layer, scale))
                        for near in (scale - 1, scale, scale + 1)
                        if 0 <= near < scales
                    ]
                if layer in (0, last) and scale:
                    found.append(((layer, scale - 1), (layer, scale)))
        return tuple(found)

    @property
    def parameters(self) -> int:
        """The stem and the edges, scale and shift of each node's normalisation, and the classifier."""
        stem = PIXELS * self.image_channels * self.channels
        nodes = self.layers * len(self.sizes)
        classifier = (self.channels + 1) * self.classes
        return stem + len(self.edges) * PIXELS * self.channels**2 + nodes * 2 * self.channels + classifier


def scale_sizes(image_size: int, scales: int) -> tuple[int, ...]:
    """Sides of the maps of so many scales; images may be larger than those that a training crops.

    >>> scale_sizes(32, 6), scale_sizes(24, 6)
    ((32, 16, 8, 4, 2, 1), (24, 12, 6, 3, 2, 1))
    """
    sizes = [image_size]
    while len(sizes) < scales:
        sizes.append(-(-sizes[-1] // 2))
    return tuple(sizes)
