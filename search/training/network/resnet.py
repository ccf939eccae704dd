"""ResNet-18 for small images, as a baseline: He et al. (2016), with the stem that is usual for CIFAR.

torchvision's network but for its stem: a 3x3 convolution of stride 1 and no max pool. Trained by torch's operations.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.training.network.hosts import Network, PoolLinear
from search.training.network.operations import Filters, full, initialise

STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))
"""Width and first stride of each; two blocks in each."""


class Block(nn.Module):
    """Two 3x3 convolutions beside the input, which a 1x1 convolution takes to another shape where there is one."""

    def __init__(self, width: int, channels: int, stride: int) -> None:
        super().__init__()
        self.first = Filters(width, channels, 3, stride, padding=1, bias=False)
        self.first_normalisation = nn.BatchNorm2d(channels)
        self.second = Filters(channels, channels, 3, 1, padding=1, bias=False)
        self.second_normalisation = nn.BatchNorm2d(channels)
        changes = stride != 1 or width != channels
        self.shortcut = (
            nn.Sequential(Filters(width, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))
            if changes
            else nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:  # [N, C, H, W] -> [N, C', ceil(H / stride), ceil(W / stride)]
        y = functional.relu(self.first_normalisation(self.first(x)))
        y = self.second_normalisation(self.second(y))
        return functional.relu(y + self.shortcut(x))


def resnet18(image_channels: int, classes: int, *, seed: int) -> Network:
    """The network on the CPU with the weights of that seed, drawn as cells' are."""
    layers: list[nn.Module] = [full(image_channels, STAGES[0][0])]
    width = STAGES[0][0]
    for channels, stride in STAGES:
        layers += [Block(width, channels, stride), Block(channels, channels, 1)]
        width = channels
    network = Network([*layers, PoolLinear(width, classes)])
    initialise(network, torch.Generator().manual_seed(seed))
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
