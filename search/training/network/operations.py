"""Primitives as PyTorch modules (Liu et al. 2018, section 2.3; methods A2).

All keep the resolution: stride 1, zero padding. Every convolution has no bias and is followed by batch
normalisation and ReLU; a separable one has them once, after its pointwise half.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional


class Filters(nn.Conv2d):
    """A convolution without bias that draws no weights when built: `initialise` does, from the run's seed."""

    def reset_parameters(self) -> None:
        """Nothing: torch would draw from its global generator here."""


class MaxPool(nn.MaxPool2d):
    """3x3, stride 1."""

    def __init__(self) -> None:
        super().__init__(3, stride=1, padding=1)


class AveragePool(nn.AvgPool2d):
    """3x3, stride 1; padding is not counted."""

    def __init__(self) -> None:
        super().__init__(3, stride=1, padding=1, count_include_pad=False)


class Scores(nn.Linear):
    """A linear layer with bias; drawn by `initialise` likewise."""

    def reset_parameters(self) -> None:
        """Nothing, as in `Filters`."""


class Convolution(nn.Module):
    """One convolution, or several in a row, then batch normalisation and ReLU."""

    def __init__(self, *convolutions: Filters) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(*convolutions)
        self.normalisation = nn.BatchNorm2d(convolutions[-1].out_channels)

    def forward(self, x: Tensor) -> Tensor:  # [N, C_in, H, W] -> [N, C_out, H', W']
        # In place: neither the normalisation nor the ReLU needs the values before the ReLU for its gradient.
        return functional.relu_(self.normalisation(self.convolutions(x)))


def pointwise(width: int, channels: int) -> Convolution:
    """1x1 convolution from `width` to `channels`."""
    return Convolution(_pointwise_filters(width, channels))


def depthwise(width: int) -> Convolution:
    """3x3 convolution with one filter a channel."""
    return Convolution(_depthwise_filters(width, 1))


def separable(width: int, channels: int, stride: int = 1) -> Convolution:
    """3x3 depthwise then 1x1 convolution; with stride 2, n pixels become ceil(n / 2)."""
    return Convolution(_depthwise_filters(width, stride), _pointwise_filters(width, channels))


def full(width: int, channels: int, stride: int = 1) -> Convolution:
    """Ordinary 3x3 convolution: the host's stem."""
    return Convolution(Filters(width, channels, 3, stride, padding=1, bias=False))


def _pointwise_filters(width: int, channels: int) -> Filters:
    return Filters(width, channels, 1, bias=False)


def _depthwise_filters(width: int, stride: int) -> Filters:
    return Filters(width, width, 3, stride, padding=1, groups=width, bias=False)


OPERATIONS: dict[str, Callable[[int, int], nn.Module]] = {
    "conv1x1": pointwise,
    "dw3x3": lambda width, channels: depthwise(width),
    "sep3x3": separable,
    "max3x3": lambda width, channels: MaxPool(),
    "avg3x3": lambda width, channels: AveragePool(),
    "identity": lambda width, channels: nn.Identity(),
}
"""Name of a primitive -> what builds it from the channels it reads and the cell's width C."""


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Draw all weights in the order of the module's parts, and reset batch normalisation.

    He et al. 2015 for what a ReLU follows: normal with variance 2 / fan-in. The final linear layer: uniform
    within 1 / sqrt(fan-in), bias 0. Only `generator` is drawn from, never the global one.
    """
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.Conv2d):
                fan_in = part.weight[0].numel()
                part.weight.normal_(0.0, (2.0 / fan_in) ** 0.5, generator=generator)
            elif isinstance(part, nn.BatchNorm2d):
                part.reset_parameters()
            elif isinstance(part, nn.Linear):
                bound = part.in_features**-0.5
                part.weight.uniform_(-bound, bound, generator=generator)
                part.bias.zero_()
