"""Batches for training and scoring: cropped, flipped and normalised all at once, on the device."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional

from search.evolution.config import Protocol
from search.evolution.estimate import SCORING_BATCH
from search.evolution.evaluation import EvaluationFailed
from search.training.datasets import Images, Split


class Batches:
    """What one repeat trains and scores on, held on the device as bytes."""

    def __init__(self, split: Split, protocol: Protocol, device: torch.device, *, seed: int) -> None:
        self.protocol = protocol
        self.validation = split.validation.to(device)
        self.train = _padded(split.train.to(device), protocol.crop_padding if protocol.crop else 0)
        self.mean = (255 * split.mean).to(device).view(1, -1, 1, 1)
        self.scale = (1 / (255 * split.deviation)).to(device).view(1, -1, 1, 1)
        self.device = device
        # On the CPU for every device: the same seed then gives the same batches everywhere.
        self.generator = torch.Generator().manual_seed(seed)
        self.waiting = torch.empty(0, dtype=torch.int64)
        """The images that this pass has not seen yet, in their order."""
        size = self.train.pixels.shape[1]
        if protocol.crop is not None and protocol.crop > size:
            raise EvaluationFailed(
                "infeasible", f"crop {protocol.crop} is larger than the padded image of {size} pixels"
            )

    def training(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Endless (images float [B, C, H, W], labels [B]): each pass sees every image once, in a new order."""
        wanted = self.protocol.batch_size
        while True:
            while len(self.waiting) < wanted:
                order = torch.randperm(len(self.train), generator=self.generator)
                self.waiting = torch.cat([self.waiting, order])
            indices, self.waiting = self.waiting[:wanted].to(self.device), self.waiting[wanted:]
            yield self._normalised(self._augmented(indices)), self.train.labels[indices]

    def scoring(self) -> Iterator[tuple[Tensor, Tensor]]:
        """All validation images, whole, in order."""
        for start in range(0, len(self.validation), SCORING_BATCH):
            batch = slice(start, start + SCORING_BATCH)
            yield self._normalised(self.validation.pixels[batch]), self.validation.labels[batch]

    def state(self) -> dict[str, Tensor]:
        """What `restore` needs to go on with the next batch."""
        return {"waiting": self.waiting.clone(), "generator": self.generator.get_state()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on where those batches stood. Raises for a state that is not one."""
        self.generator.set_state(state["generator"])
        self.waiting = state["waiting"]

    def _augmented(self, indices: Tensor) -> Tensor:
        """Random crop and flip as one gather: each image's own rows and columns. [B, crop, crop, C]"""
        size = self.train.pixels.shape[1]
        crop = self.protocol.crop or size
        if crop == size and not self.protocol.flip:
            return self.train.pixels[indices]
        rows = self._starts(len(indices), size - crop) + torch.arange(crop)  # [B, crop]
        columns = self._starts(len(indices), size - crop) + torch.arange(crop)
        if self.protocol.flip:
            flipped = torch.rand(len(indices), 1, generator=self.generator) < 0.5
            columns = torch.where(flipped, columns.flip(1), columns)
        rows, columns = rows.to(self.device), columns.to(self.device)
        return self.train.pixels[indices[:, None, None], rows[:, :, None], columns[:, None, :]]

    def _starts(self, count: int, room: int) -> Tensor:
        return torch.randint(room + 1, (count, 1), generator=self.generator)

    def _normalised(self, pixels: Tensor) -> Tensor:
        # Bytes lie as [B, H, W, C], so this view has channels last already: no copy to another layout.
        return (pixels.permute(0, 3, 1, 2).float() - self.mean) * self.scale


def _padded(images: Images, padding: int) -> Images:
    """Black pixels around each image, once for all steps."""
    if not padding:
        return images
    return Images(functional.pad(images.pixels, (0, 0, padding, padding, padding, padding)), images.labels)
