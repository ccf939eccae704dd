"""Auxiliary head as a module: a second classifier that trains the network's first two thirds, and is thrown away."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.evolution.networks.auxiliary import MIDDLE_WIDTHS, POOLED_SIDE, auxiliary_place
from search.evolution.networks.host import Host, host_layers
from search.training.network.operations import Filters, Scores, initialise


class AuxiliaryHead(nn.Module):
    """DARTS's: average pool to 2x2 pixels, 1x1 and 2x2 convolution, each normalised and with a ReLU, linear layer.

    DARTS pools 5x5 at stride 3, which gives 2x2 pixels of 8x8 only; here any map comes to 2x2.
    """

    def __init__(self, host: Host, *, seed: int) -> None:
        super().__init__()
        self.place = auxiliary_place(host)
        """Number of the layer that it reads."""
        first, second = MIDDLE_WIDTHS
        self.layers = nn.Sequential(
            Filters(host_layers(host)[self.place].width, first, 1, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(),
            Filters(first, second, POOLED_SIDE, bias=False),
            nn.BatchNorm2d(second),
            nn.ReLU(),
            nn.Flatten(),
            Scores(second, host.classes),
        )
        initialise(self, torch.Generator().manual_seed(seed))

    def forward(self, x: Tensor) -> Tensor:  # [N, C, H, W] -> [N, classes]
        scores: Tensor = self.layers(functional.adaptive_avg_pool2d(functional.relu(x), POOLED_SIDE))
        return scores
