"""Feature maps of a supernet: the channels that are there, and the place of each in the full layout.

Every node has one fixed layout, in which each producing slot has channels of its own. A map holds the channels that
are live now and says which of the layout they are; a consumer takes the columns of its weights at those places. A
prefix of the columns instead would give the weights of one producer to another wherever an earlier one is absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class FeatureMap:
    """Live channels [N, live, H, W] and their places in the full layout [live]."""

    values: Tensor
    places: Tensor

    def moved(self, values: Tensor, start: int) -> "FeatureMap":
        """The result of an operation that keeps the channels, in a slot that begins at `start`."""
        return FeatureMap(values, self.places + start)


def whole_map(values: Tensor) -> FeatureMap:
    """All channels of a layout are there."""
    return FeatureMap(values, torch.arange(values.shape[1]))


def joined(maps: Sequence[FeatureMap]) -> FeatureMap:
    """The concatenation along channels."""
    if len(maps) == 1:
        return maps[0]
    return FeatureMap(torch.cat([row.values for row in maps], 1), torch.cat([row.places for row in maps]))
