"""Processes that train one network together, each on a device of its own: which part of each batch is this one's."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

Losses = Callable[[Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]
"""(images, labels) -> class scores, loss, and what is descended."""


@dataclass(frozen=True)
class Processes:
    """How many there are, and which of them this is. More than one have joined torch's default group."""

    count: int = 1
    number: int = 0
    """From 0; the first one scores, and keeps the training's state."""

    def part_of(self, images: int) -> slice:
        """This process's part of a batch; parts differ by one image at most.

        >>> [Processes(3, number).part_of(8) for number in range(3)]
        [slice(0, 2, None), slice(2, 5, None), slice(5, 8, None)]
        """
        return slice(images * self.number // self.count, images * (self.number + 1) // self.count)

    def largest_part(self, images: int) -> int:
        return -(-images // self.count)

    def weight(self, images: int) -> float:
        """What the mean loss of this part is multiplied by, so that the mean of the processes' gradients is the whole
        batch's: 1 where all parts are of one size."""
        return self.count * len(range(images)[self.part_of(images)]) / images

    def total(self, values: Tensor) -> Tensor:
        """Their sum over the processes, the same in each."""
        if self.count > 1:
            distributed.all_reduce(values)
        return values

    def any(self, here: bool, device: torch.device) -> bool:
        """Whether it holds in one of them at least; they wait for each other."""
        if self.count == 1:
            return here
        return bool(self.total(torch.tensor([float(here)], device=device)) > 0)

    def averaging(self, losses: Losses, parts: list[nn.Module], device: torch.device) -> Losses:
        """The same losses, whose gradients are averaged over the processes during the backward pass by PyTorch's
        DistributedDataParallel. `parts`: the modules that they train; their weights are the first process's."""
        if self.count == 1:
            return losses
        averaged: Losses = DistributedDataParallel(
            _Computed(losses, parts),
            device_ids=[device] if device.type == "cuda" else None,
            # Statistics of normalisation are the whole batch's, so equal in all processes by themselves.
            forward_sync_buffers=False,
            gradient_as_bucket_view=True,
        )
        return averaged


class _Computed(nn.Module):
    """A function as the module that DistributedDataParallel wants, with the modules that it trains."""

    def __init__(self, losses: Losses, parts: list[nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self._losses = losses

    def forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self._losses(images, labels)


ALONE = Processes()
"""One process, as every training but a final evaluation on several devices."""
