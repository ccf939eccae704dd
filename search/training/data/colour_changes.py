"""Random changes of brightness and contrast of training images, one factor for each image (colour jitter)."""

import torch
from torch import Tensor

WHITE = 255.0
GREY = (0.2989, 0.587, 0.114)
"""Shares of red, green and blue in a grey value (ITU-R BT.601), as torchvision takes them."""


def draw_factors(count: int, amount: float, generator: torch.Generator) -> Tensor:
    """Evenly from 1 - amount to 1 + amount; nothing is drawn for 0. [count], on the CPU."""
    if not amount:
        return torch.ones(count)
    return 1 + amount * (2 * torch.rand(count, generator=generator) - 1)


def recoloured(pixels: Tensor, brightness: Tensor, contrast: Tensor) -> Tensor:
    """Brightness first, then contrast around the image's mean grey; what leaves 0..255 is cut off there, each time.

    `pixels`: [B, H, W, C], of 0..255; factors: [B]. Gives float32.
    """
    images = pixels.float() * _of_each(brightness, pixels)
    images = images.clamp(0, WHITE)
    factors = _of_each(contrast, pixels)
    middle = _grey(images).mean(dim=(1, 2)).view(-1, 1, 1, 1)
    return (middle + factors * (images - middle)).clamp(0, WHITE)


def _of_each(factors: Tensor, pixels: Tensor) -> Tensor:
    return factors.to(pixels.device).view(-1, 1, 1, 1)


def _grey(images: Tensor) -> Tensor:
    """[B, H, W]; of other than three channels their mean."""
    if images.shape[-1] != len(GREY):
        return images.mean(dim=-1)
    return images @ torch.tensor(GREY, device=images.device)
