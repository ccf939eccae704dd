"""The trellis as a network: every path at once (Saxena and Verbeek 2016, section 3).

A node is ReLU(normalised(sum of its convolutions)). A finer map comes by stride 2, a coarser one is enlarged
bilinearly before its convolution. The last layer is carried to the coarsest scale, which is averaged and classified.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.evolution.estimates.trellis_shape import Node, TrellisShape, scale_sizes
from search.training.network.hosts import Network, PoolLinear
from search.training.network.operations import initialise


class Trellis(nn.Module):
    """Images [N, image channels, H, W] to the map of the last layer's coarsest scale [N, C, 1, 1]."""

    def __init__(self, shape: TrellisShape) -> None:
        super().__init__()
        self.shape = shape
        channels = shape.channels
        self.stem = nn.Conv2d(shape.image_channels, channels, 3, padding=1, bias=False)
        self.convolutions = nn.ModuleDict()
        self.normalisations = nn.ModuleDict()
        self._reads: dict[Node, list[Node]] = {(0, 0): []}
        for reads, writes in shape.edges:
            stride = 2 if writes[1] > reads[1] else 1
            self.convolutions[_edge(reads, writes)] = nn.Conv2d(
                channels, channels, 3, stride=stride, padding=1, bias=False
            )
            self._reads.setdefault(writes, []).append(reads)
        for node in self._reads:
            self.normalisations[_node(node)] = nn.BatchNorm2d(channels)

    def forward(self, images: Tensor) -> Tensor:
        maps: dict[Node, Tensor] = {}
        sizes = scale_sizes(images.shape[-1], len(self.shape.sizes))
        for node, reads in self._reads.items():
            parts = [self._along(maps[source], source, node, sizes[node[1]]) for source in reads]
            total = torch.stack(parts).sum(0) if parts else self.stem(images)
            maps[node] = functional.relu(self.normalisations[_node(node)](total))
        return maps[self.shape.layers - 1, len(self.shape.sizes) - 1]

    def _along(self, x: Tensor, source: Node, node: Node, size: int) -> Tensor:
        if source[1] > node[1]:
            x = functional.interpolate(x, size=(size, size), mode="bilinear", align_corners=False)
        y: Tensor = self.convolutions[_edge(source, node)](x)
        return y


def build_trellis(shape: TrellisShape, *, seed: int) -> Network:
    """On the CPU, with the weights of that seed."""
    network = Network([Trellis(shape), PoolLinear(shape.channels, shape.classes)])
    initialise(network, torch.Generator().manual_seed(seed))
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _edge(reads: Node, writes: Node) -> str:
    return f"{_node(reads)}-{_node(writes)}"


def _node(node: Node) -> str:
    return f"{node[0]}_{node[1]}"
