"""Feature maps as lists of blocks, with the targets of their gradients."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from search.training.native import calls


class Parts(NamedTuple):
    """A concatenation that is never made."""

    blocks: tuple[Tensor, ...]
    """[N, H, W, C] each, all different."""
    order: tuple[int, ...]
    """Which of them each part is."""

    @property
    def listed(self) -> list[Tensor]:
        """Part by part."""
        return [self.blocks[index] for index in self.order]

    def joined(self) -> Tensor:
        """As one map [N, k C, H, W]."""
        return calls.map_of(torch.cat(self.listed, dim=3))


def parts_of(x: Tensor | Parts) -> Parts:
    """A map as its parts, one if it is whole."""
    return x if isinstance(x, Parts) else Parts((calls.block_of(x),), (0,))


def whole(x: Tensor | Parts) -> Tensor:
    """The opposite."""
    return x.joined() if isinstance(x, Parts) else x


def targets(
    gradients: list[Tensor | None], order: Sequence[int], like: Tensor
) -> tuple[list[Tensor], list[bool]]:
    """Where the gradient of each part goes, and whether something lies there already: a block that is there twice is
    written by the first part and added to by the second. New ones are entered."""
    found: list[Tensor] = []
    adds: list[bool] = []
    for index in order:
        gradient = gradients[index]
        adds.append(gradient is not None)
        if gradient is None:
            gradient = gradients[index] = torch.empty_like(like)
        found.append(gradient)
    return found, adds
