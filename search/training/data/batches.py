"""Batches on the device: random crop, flip and normalisation of all images of a batch at once."""

from collections.abc import Iterator

import torch
from torch import Tensor

from search.evolution.estimates.training_cost import SCORING_BATCH
from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.config import Protocol
from search.training.data.colour_changes import draw_factors, recoloured
from search.training.data.image_source import Images, Split
from search.training.data.resized_crops import Parts, draw_parts, resized_crops
from search.training.device.processes import ALONE, Processes

MOST_OF_A_GPU = 0.25
"""Images that would take more of a GPU's free memory stay where they are and travel batch by batch."""


class Batches:
    """What one repeat trains and scores on: bytes on the device where they fit, else gathered beside it.

    Of several processes each has its part of the batches that one alone would have: all draw what is random of the
    whole batch, and gather their own images.
    """

    def __init__(
        self,
        split: Split,
        protocol: Protocol,
        device: torch.device,
        *,
        seed: int,
        processes: Processes = ALONE,
    ) -> None:
        self.protocol = protocol
        self.part = processes.part_of(protocol.batch_size)
        """Of each batch, what is this process's."""
        self.validation = _near(split.validation, device)
        self.train = _near(split.train, device)
        self.mean = (255 * split.mean).to(device).view(1, -1, 1, 1)
        self.scale = (1 / (255 * split.deviation)).to(device).view(1, -1, 1, 1)
        self.device = device
        # On the CPU for every device: the same seed then gives the same batches everywhere.
        self.generator = torch.Generator().manual_seed(seed)
        self.waiting = torch.empty(0, dtype=torch.int64)
        """The images that this pass has not seen yet, in their order."""
        self.padding = protocol.crop_padding if protocol.crop else 0
        size = self.train.size + 2 * self.padding
        if protocol.crop is not None and protocol.crop > size:
            raise EvaluationFailed(
                "infeasible", f"crop {protocol.crop} is larger than the padded image of {size} pixels"
            )

    def training(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Endless (images float [B, C, H, W], labels [B]): each pass sees every image once, in a new order. Of several
        processes B is the part's size."""
        wanted = self.protocol.batch_size
        labels = self.train.labels
        while True:
            while len(self.waiting) < wanted:
                order = torch.randperm(len(self.train), generator=self.generator)
                self.waiting = torch.cat([self.waiting, order])
            batch, self.waiting = self.waiting[:wanted], self.waiting[wanted:]
            indices = batch[self.part].to(labels.device)
            images = self._normalised(self._recoloured(self._augmented(indices)))
            if self.protocol.cutout:
                images = self._cut_out(images)
            yield images, labels[indices].to(self.device)

    def scoring(self, images: Images | None = None) -> Iterator[tuple[Tensor, Tensor]]:
        """All of those images, whole, in order; without any, the validation images."""
        images = self.validation if images is None else images
        labels = images.labels
        for indices in torch.arange(len(labels), device=labels.device).split(SCORING_BATCH):
            yield self._normalised(images.whole(indices)), labels[indices].to(self.device)

    def state(self) -> dict[str, Tensor]:
        """What `restore` needs to go on with the next batch."""
        return {"waiting": self.waiting.clone(), "generator": self.generator.get_state()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on where those batches stood. Raises for a state that is not one."""
        self.generator.set_state(state["generator"])
        self.waiting = state["waiting"]

    def _augmented(self, indices: Tensor) -> Tensor:
        """Random crop and flip as one gather: each image's own rows and columns. [B, crop, crop, C]"""
        size = self.train.size + 2 * self.padding
        crop = self.protocol.crop or size
        images, indices = self.train.at_hand(indices)
        if self.protocol.resized_crop:
            return self._resized(images, indices, crop)
        if crop == size and not self.protocol.flip:
            return self._all_of(images, indices, size)
        rows = self._starts(size - crop) + torch.arange(crop)  # [B, crop]
        columns = self._starts(size - crop) + torch.arange(crop)
        if self.protocol.flip:
            flipped = self._flipped()
            columns = torch.where(flipped, columns.flip(1), columns)
        # Drawn on the padded image, whose corner lies `padding` before the image's own.
        rows, columns = (rows - self.padding).to(indices.device), (columns - self.padding).to(indices.device)
        return (images.padded_windows if self.padding else images.windows)(indices, rows, columns)

    def _recoloured(self, pixels: Tensor) -> Tensor:
        """Brightness and contrast of each image by themselves, where the protocol changes them."""
        brightness, contrast = self.protocol.brightness, self.protocol.contrast
        if not brightness and not contrast:
            return pixels
        whole = self.protocol.batch_size
        factors = [draw_factors(whole, amount, self.generator) for amount in (brightness, contrast)]
        return recoloured(pixels, *(drawn[self.part] for drawn in factors))

    def _resized(self, images: Images, indices: Tensor, side: int) -> Tensor:
        """Random parts of those images at one size: float [B, side, side, C]."""
        protocol = self.protocol
        drawn = draw_parts(protocol.batch_size, self.train.size, protocol.resized_crop, self.generator)
        parts = Parts(*(row[self.part] for row in drawn))
        return resized_crops(images, indices, parts, side, self._flipped() if protocol.flip else None)

    def _flipped(self) -> Tensor:
        """Which images are mirrored: bool [B, 1]."""
        return (torch.rand(self.protocol.batch_size, 1, generator=self.generator) < 0.5)[self.part]

    def _all_of(self, images: Images, indices: Tensor, size: int) -> Tensor:
        if not self.padding:
            return images.whole(indices)
        places = (torch.arange(size, device=indices.device) - self.padding).expand(len(indices), size)
        return images.padded_windows(indices, places, places)

    def _cut_out(self, images: Tensor) -> Tensor:
        """A square of each image becomes the mean colour; its centre lies anywhere, so that it may hang over the edge
        (DeVries & Taylor 2017)."""
        side = self.protocol.cutout
        blanked = []
        for size in images.shape[2:]:
            start = self._starts(size - 1) - side // 2
            place = torch.arange(size)
            blanked.append((place >= start) & (place < start + side))  # [B, size]
        square = blanked[0][:, None, :, None] & blanked[1][:, None, None, :]
        return images.masked_fill(square.to(images.device), 0.0)

    def _starts(self, room: int) -> Tensor:
        """A whole number from 0 to `room` for each image: [B, 1]."""
        return torch.randint(room + 1, (self.protocol.batch_size, 1), generator=self.generator)[self.part]

    def _normalised(self, pixels: Tensor) -> Tensor:
        # Bytes lie as [B, H, W, C], so this view has channels last already: no copy to another layout.
        return (pixels.to(self.device).permute(0, 3, 1, 2).float() - self.mean) * self.scale


def _near(images: Images, device: torch.device) -> Images:
    if device.type != "cuda":
        return images
    free, _ = torch.cuda.mem_get_info(device)
    return images.to(device) if images.bytes <= MOST_OF_A_GPU * free else images
