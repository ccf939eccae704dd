"""Blocks of made-up numbers in float64, and how close a kernel's result must come to torch's."""

import torch
from torch import Tensor

SIZES = [(5, 7, 4), (3, 1, 1), (2, 1, 5), (2, 2, 2), (4, 3, 8), (2, 6, 1)]
"""Images, height, width."""
WIDTHS = [1, 3, 4, 8, 12, 16, 20]
"""Channels of a block: of none, one, two and four to a vector."""


def block(size: tuple[int, int, int], channels: int, seed: int = 1) -> Tensor:
    return torch.randn(*size, channels, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def close(mine: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)
