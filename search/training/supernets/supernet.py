"""The supernet: a host whose cells hold the weights of every genotype of a space at once.

With the choices of one genotype it computes what that genotype's network computes with the corresponding columns of
the weights, to the last bit but for the order of sums (`manage.py check_supernet`). Weights are untied: each cell, each
edge and each motif slot has its own.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.host import Host, host_layers
from search.training.supernets.choices import Choices
from search.training.supernets.feature_map import FeatureMap, whole_map
from search.training.supernets.hypernetwork import Hypernetwork, let_emit
from search.training.supernets.motifs import SuperConvolution, SuperMotif, SuperOperations, normalised


class SuperStem(nn.Module):
    """Ordinary 3x3 convolution on the images."""

    def __init__(self, width: int, channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.weight = nn.Parameter(torch.empty(channels, width, 3, 3))

    def forward(self, x: FeatureMap) -> FeatureMap:
        y = nn.functional.conv2d(x.values, self.weight, stride=self.stride, padding=1)
        return whole_map(nn.functional.relu(normalised(y)))


class SuperScores(nn.Module):
    """Global average pool, then class scores, from the columns that are there."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, width))
        self.bias = nn.Parameter(torch.empty(classes))

    def forward(self, x: FeatureMap) -> Tensor:  # -> [N, classes]
        means = x.values.mean(dim=(2, 3))
        weight: Tensor = self.weight
        if len(x.places) != weight.shape[1]:
            weight = weight.index_select(1, x.places.to(weight.device))
        return nn.functional.linear(means, weight, self.bias)


HYPERNETWORK = "hypernetwork"
"""Attribute of a supernet, and where the names of its weights begin."""


class NoNetwork(ValueError):
    """The choices lead from no image to the scores."""


class Supernet(nn.Module):
    """Images and choices to class scores. `emits`: a hypernetwork makes most kernels of the cells."""

    def __init__(self, space: SearchSpace, host: Host, *, emits: bool = False) -> None:
        super().__init__()
        self.space, self.host = space, host
        self.layers = nn.ModuleList()
        width = host.image_channels
        for layer in host_layers(host):
            if layer.kind == "cell":
                slot = space.cell_slot(reduces=layer.reduces)
                cell = SuperMotif(space, space.top, slot, width, layer.width)
                self.layers.append(cell)
                width = cell.output_width
                continue
            if layer.kind == "conv3x3":
                self.layers.append(SuperStem(width, layer.width, layer.stride))
            elif layer.kind == "sep3x3":
                self.layers.append(
                    SuperConvolution(width, layer.width, depthwise=True, pointwise=True, stride=layer.stride)
                )
            else:
                self.layers.append(SuperScores(width, layer.width))
            width = layer.width
        self.hypernetwork = Hypernetwork(space, host) if emits else None
        if self.hypernetwork is not None:
            let_emit(self.hypernetwork, [layer for layer in self.layers if isinstance(layer, SuperMotif)])

    def forward(self, images: Tensor, choices: Choices) -> Tensor:  # [N, C, H, W] -> [N, classes]
        """Raises NoNetwork."""
        if self.hypernetwork is not None:
            self.hypernetwork.read(choices)
        x = whole_map(images)
        for layer in self.layers:
            if isinstance(layer, SuperMotif):
                found = layer(x, choices)
                if found is None:
                    raise NoNetwork("no path of these choices leads from a cell's source to its sink")
                x = found
            elif isinstance(layer, SuperConvolution):
                x = whole_map(layer(x))
            elif isinstance(layer, SuperStem):
                x = layer(x)
            else:
                scores: Tensor = layer(x)
        return scores

    def normalise_pools(self, value: bool) -> None:
        """Whether pools and identities are normalised too, so that columns after them cannot undo their gates: for
        soft gates. What is computed is then no longer the discrete network's."""
        for part in self.modules():
            if isinstance(part, SuperOperations):
                part.normalises_pools = value

    def free_weights(self) -> list[nn.Parameter]:
        """All weights but the hypernetwork's."""
        return [row for name, row in self.named_parameters() if not name.startswith(f"{HYPERNETWORK}.")]

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())


def draw_weights(supernet: nn.Module, generator: torch.Generator) -> None:
    """As for single networks: He et al. 2015 for what a ReLU follows; the fan-in is that of the full layout."""
    with torch.no_grad():
        for name, parameter in _named(supernet):
            if name.endswith("bias"):
                parameter.zero_()
            elif parameter.dim() == 2:
                bound = parameter.shape[1] ** -0.5
                parameter.uniform_(-bound, bound, generator=generator)
            else:
                parameter.normal_(0.0, (2.0 / parameter[0].numel()) ** 0.5, generator=generator)


def _named(module: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    return module.named_parameters()


def build_supernet(space: SearchSpace, host: Host, *, seed: int, emits: bool = False) -> Supernet:
    """On the CPU, with the weights of that seed."""
    supernet = Supernet(space, host, emits=emits)
    draw_weights(supernet, torch.Generator().manual_seed(seed))
    return supernet
