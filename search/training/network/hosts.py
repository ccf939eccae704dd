"""Whole networks: cells in a host (methods A8)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from search.evolution.networks.host import Host, HostLayer, host_layers
from search.evolution.networks.phenotype import Phenotype
from search.training.network.flat_cell import DropPath, FlatCell
from search.training.network.operations import Scores, full, initialise, separable

CellBuilder = Callable[[HostLayer], nn.Module]
"""Builds the cell for a place of the host, of the width C = `width`; the module tells its `output_width`."""


class PoolLinear(nn.Module):
    """Global average pool, then class scores."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.linear = Scores(width, classes)

    def forward(self, x: Tensor) -> Tensor:  # [N, C, H, W] -> [N, classes]
        scores: Tensor = self.linear(x.mean(dim=(2, 3)))
        return scores


class Network(nn.Module):
    """The host with its cells: images to class scores."""

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.recomputes = False
        """Whether the backward pass computes the cells again instead of finding all they computed in memory."""

    def forward(self, x: Tensor) -> Tensor:  # [N, image channels, H, W] -> [N, classes]
        for layer in self.layers:
            x = self._through(layer, x)
        return x

    def with_map(self, x: Tensor, place: int) -> tuple[Tensor, Tensor]:
        """Class scores, and the feature map that leaves the layer with that number, from 0, which is no cell."""
        between = x
        for number, layer in enumerate(self.layers):
            x = self._through(layer, x)
            if number == place:
                between = x
        return x, between

    def _through(self, layer: nn.Module, x: Tensor) -> Tensor:
        if isinstance(layer, FlatCell):
            return layer(x, recomputes=self.recomputes)  # type: ignore[no-any-return]
        return layer(x)  # type: ignore[no-any-return]

    @property
    def parameter_count(self) -> int:
        """Trained numbers, batch normalisation's scale and shift included."""
        return sum(parameter.numel() for parameter in self.parameters())


def place_cells(host: Host, cell: CellBuilder) -> Network:
    """The host's layers with a newly built cell in each place. Weights are not drawn yet; see `build_network`."""
    layers: list[nn.Module] = []
    width = host.image_channels
    for layer in host_layers(host):
        if layer.kind == "cell":
            layers.append(cell(layer))
            width = int(layers[-1].output_width)  # type: ignore[arg-type]  # each cell builder's own attribute
            continue
        if layer.kind == "conv3x3":
            layers.append(full(width, layer.width, layer.stride))
        elif layer.kind == "sep3x3":
            layers.append(separable(width, layer.width, layer.stride))
        else:
            layers.append(PoolLinear(width, layer.width))
        width = layer.width
    return Network(layers)


def drop_path(network: Network, how: DropPath) -> None:
    """From now on training leaves out operations of each cell so."""
    for layer in network.layers:
        if isinstance(layer, FlatCell):
            layer.drop_path = how


def build_network(phenotype: Phenotype, host: Host, *, seed: int) -> Network:
    """The network on the CPU with the weights of that seed, drawn in the phenotype's order.

    Images and weights are laid out with channels last: two to five times as fast on a CPU.
    """
    network = place_cells(host, lambda layer: FlatCell(phenotype.cell_at(layer), layer.width))
    initialise(network, torch.Generator().manual_seed(seed))
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
