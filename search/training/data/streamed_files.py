"""Images read from their files when a batch asks for them: folders whose decoded images fit nowhere."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from search.training.data.directory_tree import printable
from search.training.data.folder_layout import ImageFile
from search.training.data.image_files import read_image
from search.training.data.named_sets import unavailable

MOST_THREADS = 8
"""Pillow decodes several files at once; which thread read an image changes nothing of it."""


class StreamedFiles:
    """The images of those files at size x size pixels. The first ones are in memory, the others are read each time."""

    def __init__(self, files: Sequence[ImageFile], kept: Tensor) -> None:
        """`kept`: uint8 [K, size, size, 3] of the first K files."""
        self._files, self._kept = files, kept
        self._readers = ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1), "images")

    def rows(self, indices: Tensor) -> Tensor:
        """Those images: uint8 [B, size, size, 3]. Raises EvaluationFailed (dataset_unavailable) that names a file."""
        found = np.empty((len(indices), *self._kept.shape[1:]), np.uint8)
        kept = self._kept.numpy()

        def read(place: int, index: int) -> None:
            if index < len(kept):
                found[place] = kept[index]
            else:
                found[place] = self._read(self._files[index])

        list(self._readers.map(read, range(len(indices)), indices.tolist()))
        return torch.from_numpy(found)

    def _read(self, file: ImageFile) -> np.typing.NDArray[np.uint8]:
        try:
            content, changed = file.path.read_bytes(), file.path.stat().st_mtime_ns
        except OSError as error:
            reason = error.strerror or error
            raise unavailable(f"{printable(file.path)} cannot be read any more ({reason})") from error
        if (len(content), changed) != (file.size, file.changed[0]):
            raise unavailable(
                f"{printable(file.path)} changed while it was trained on: put it back as it was"
            )
        return read_image(content, self._kept.shape[1])
