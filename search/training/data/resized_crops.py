"""Random resized crops of a batch: parts of images, of random size and shape, at one size (Szegedy et al. 2015).

As torchvision's RandomResizedCrop draws them; resampled bilinearly without a filter against aliasing.
"""

from math import log
from typing import NamedTuple

import torch
from torch import Tensor

from search.training.data.image_source import Images

RATIO = 4 / 3
"""The most that a part is wider than high, or higher than wide."""
TRIES = 10
"""Of shapes that may not fit into the image; after that many it is taken whole."""


class Parts(NamedTuple):
    """Rectangles of B images in whole pixels, [B, 1] each."""

    top: Tensor
    left: Tensor
    height: Tensor
    width: Tensor


def draw_parts(count: int, size: int, least: float, generator: torch.Generator) -> Parts:
    """A part of each of so many images of that side, of `least` to all of its area.

    Area uniform, the logarithm of the ratio of width to height uniform, then its place uniform.
    """
    area = size**2 * (least + (1 - least) * torch.rand(count, TRIES, generator=generator))
    ratio = ((2 * torch.rand(count, TRIES, generator=generator) - 1) * log(RATIO)).exp()
    widths, heights = (area * ratio).sqrt().round(), (area / ratio).sqrt().round()
    fits = (widths >= 1) & (widths <= size) & (heights >= 1) & (heights <= size)
    first = fits.int().argmax(dim=1, keepdim=True)
    some = fits.any(dim=1, keepdim=True)
    width = torch.where(some, widths.gather(1, first), size).long()
    height = torch.where(some, heights.gather(1, first), size).long()
    place = torch.rand(2, count, 1, generator=generator)
    top, left = ((place[axis] * (size - side + 1)).long() for axis, side in enumerate((height, width)))
    return Parts(top, left, height, width)


def resized_crops(
    images: Images, indices: Tensor, parts: Parts, side: int, mirrored: Tensor | None = None
) -> Tensor:
    """Those parts of those images at side x side pixels: float [B, side, side, C] of values 0..255.

    `mirrored`, bool [B, 1]: which of them are turned left to right.
    """
    device = indices.device
    upper, lower, down = _places(parts.top, parts.height, side)
    left, right, across = _places(parts.left, parts.width, side)
    if mirrored is not None:
        left, right, across = (torch.where(mirrored, row.flip(1), row) for row in (left, right, across))
    down, across = down.to(device)[:, :, None, None], across.to(device)[:, None, :, None]
    first, second = (
        torch.lerp(
            images.windows(indices, row.to(device), left.to(device)).float(),
            images.windows(indices, row.to(device), right.to(device)).float(),
            across,
        )
        for row in (upper, lower)
    )
    return torch.lerp(first, second, down)


def _places(start: Tensor, length: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor]:
    """For each of `side` pixels along one axis: the two source pixels between which it lies, and how far, [B, side]."""
    middle = (torch.arange(side) + 0.5) * length / side - 0.5
    middle = middle.clamp_min(0)
    first = torch.minimum(middle.floor().long(), length - 1)
    second = torch.minimum(first + 1, length - 1)
    return start + first, start + second, (middle - first).clamp(0, 1)
