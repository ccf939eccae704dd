"""Labelled images, in memory or memory-mapped, and their split."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol as TypingProtocol

import torch
from torch import Tensor

from search.evolution.experiments.datasets import DatasetShape
from search.evolution.experiments.folder_content import FolderReport

BLOCK = 4096
"""Images looked at together where all of them are: so many, and never all at once."""
BLOCK_BYTES = 64 * 2**20
"""And no more than take so much."""


class Files(TypingProtocol):
    """Images that are read from their files when they are asked for."""

    def rows(self, indices: Tensor) -> Tensor:
        """Those images: uint8 [B, H, W, C]."""
        ...


@dataclass(frozen=True)
class Images:
    """Some images of a pool: `pool` uint8 [P, H, W, C], `pool_labels` int64 [P], `indices` int64 [N], all by default.

    The pool may be a mapped file. It is shared and never copied: a batch is gathered from it.
    """

    pool: Tensor = field(repr=False)
    pool_labels: Tensor = field(repr=False)
    indices: Tensor | None = field(default=None, repr=False)
    files: Files | None = field(default=None, repr=False)
    """Where the images are read from; the pool is empty then, [0, H, W, C], with the labels of all."""

    def __len__(self) -> int:
        return len(self.pool_labels if self.indices is None else self.indices)

    @property
    def size(self) -> int:
        """Side in pixels."""
        return self.pool.shape[1]

    @property
    def channels(self) -> int:
        return self.pool.shape[3]

    @property
    def pixels(self) -> Tensor:
        """All of them, in memory: uint8 [N, H, W, C]."""
        if self.files is not None:
            return self.whole(torch.arange(len(self)))
        return self.pool if self.indices is None else self.pool[self.indices]

    @property
    def labels(self) -> Tensor:
        """Int64 [N]."""
        return self.pool_labels if self.indices is None else self.pool_labels[self.indices]

    @property
    def bytes(self) -> int:
        """What `pixels` takes."""
        return len(self) * self.size**2 * self.channels

    def take(self, indices: Tensor) -> "Images":
        """The images with these indices."""
        return replace(self, indices=indices if self.indices is None else self.indices[indices])

    def to(self, device: torch.device) -> "Images":
        """The same images on a device, as a pool of their own if that is another one; those in files stay there."""
        if self.files is not None or self.pool.device.type == device.type:
            return self
        return Images(self.pixels.to(device), self.labels.to(device))

    def at_hand(self, indices: Tensor) -> tuple["Images", Tensor]:
        """Those images in memory, and where they are there: each file of a batch is read once."""
        if self.files is None:
            return self, indices
        read = Images(self.whole(indices), self.labels[indices])
        return read, torch.arange(len(indices))

    def blocks(self) -> Iterator[Tensor]:
        """The numbers of all images, as many together as may be looked at together."""
        most = BLOCK_BYTES // (self.size**2 * self.channels)
        yield from torch.arange(len(self)).split(max(1, min(BLOCK, most)))

    def windows(self, indices: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """Of each of B images the pixels at its own rows [B, R] and columns [B, K]: uint8 [B, R, K, C]."""
        if self.files is not None:
            images, indices = self.at_hand(indices)
            return images.windows(indices, rows, columns)
        return self.pool[self._in_pool(indices)[:, None, None], rows[:, :, None], columns[:, None, :]]

    def padded_windows(self, indices: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        """`windows` of images with black all around them; rows and columns count from the image's own corner."""
        last = self.size - 1
        found = self.windows(indices, rows.clamp(0, last), columns.clamp(0, last))
        inside = ((rows >= 0) & (rows <= last))[:, :, None] & ((columns >= 0) & (columns <= last))[:, None, :]
        return found * inside[..., None]

    def whole(self, indices: Tensor) -> Tensor:
        """Those images as they are: uint8 [B, H, W, C]."""
        if self.files is not None:
            return self.files.rows(self._in_pool(indices))
        return self.pool[self._in_pool(indices)]

    def _in_pool(self, indices: Tensor) -> Tensor:
        return indices if self.indices is None else self.indices[indices]


@dataclass(frozen=True)
class Pool:
    """All images outside a data set's test set; equal to another one with the same key."""

    key: tuple[str | int, ...]
    images: Images = field(compare=False)
    shape: DatasetShape = field(compare=False)
    report: FolderReport | None = field(default=None, compare=False)
    """Of a folder."""


@dataclass(frozen=True)
class Split:
    """What one protocol trains and scores on, with the training images' mean and deviation by channel, 0..1."""

    train: Images
    validation: Images
    mean: Tensor  # [C]
    deviation: Tensor  # [C]
    shape: DatasetShape


def pixel_statistics(images: Images) -> tuple[Tensor, Tensor]:
    """Mean and deviation by channel, exactly, from counts of the 256 values: no copy as floats."""
    counts = torch.zeros(images.channels, 256, dtype=torch.int64)
    for block in images.blocks():
        for channel, values in enumerate(images.whole(block).unbind(-1)):
            counts[channel] += torch.bincount(values.flatten(), minlength=256)
    values = torch.arange(256, dtype=torch.float64) / 255
    means, deviations = [], []
    for row in counts:
        share = row.double() / row.sum()
        mean = (share * values).sum()
        means.append(mean)
        deviations.append((share * (values - mean) ** 2).sum().sqrt().clamp_min(1e-3))
    return torch.stack(means).float(), torch.stack(deviations).float()
