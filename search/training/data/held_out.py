"""The test sets. Only a final evaluation and the making of a benchmark table read them: the build refuses every import
of this module by what a search runs (`pyproject.toml`)."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import DatasetShape, is_folder
from search.training.data import locations
from search.training.data.datasets import load_pool, load_split
from search.training.data.decoded_files import decode
from search.training.data.directory_tree import printable
from search.training.data.folder_layout import read_layout
from search.training.data.image_source import Images, Split, pixel_statistics
from search.training.data.locations import IDX_TEST_FILES, image_folder
from search.training.data.named_sets import (
    HELD_OUT,
    digits,
    idx_images,
    read_named,
    resized,
    torchvision_images,
    unavailable,
)


@dataclass(frozen=True)
class FinalSplit:
    """What a final evaluation trains and scores on. Pixels are scaled by the training images' mean and deviation by
    channel, 0..1: (pixel / 255 - mean) / deviation."""

    train: Images
    validation: Images
    """None of them where all images outside the test set are trained on."""
    test: Images
    mean: Tensor  # [C]
    deviation: Tensor  # [C]
    shape: DatasetShape
    outside: Images
    """All images outside the test set."""

    @cached_property
    def seen(self) -> int:
        """Test images that are, pixel for pixel, among those outside the test set. Counted when it is asked for: that
        takes a third of a second for 70,000 images, a fifth of a training for a benchmark table."""
        known = set(_digests(self.outside))
        return sum(digest in known for digest in _digests(self.test))

    @property
    def trained_on(self) -> Split:
        """All but the test images."""
        return Split(self.train, self.validation, self.mean, self.deviation, self.shape)


def load_final_split(protocol: Protocol, *, all_images: bool = False) -> FinalSplit:
    """A protocol's training and validation images as a search sees them, and the test images beside them.

    `all_images`: everything outside the test set is trained on, and nothing validated.
    Raises EvaluationFailed: dataset_unavailable when it cannot be had, or has no test set.
    """
    pool = load_pool(protocol)
    test = _test_images(str(locations.HERE.data), protocol.dataset, pool.shape.image_size)
    if all_images:
        mean, deviation = pixel_statistics(pool.images)
        none = pool.images.take(torch.empty(0, dtype=torch.int64))
        return FinalSplit(pool.images, none, test, mean, deviation, pool.shape, pool.images)
    split = load_split(protocol)
    return FinalSplit(
        split.train, split.validation, test, split.mean, split.deviation, split.shape, pool.images
    )


def _digests(images: Images) -> Iterator[bytes]:
    for block in images.blocks():
        for image in images.whole(block).numpy():
            yield hashlib.blake2b(image.tobytes(), digest_size=16).digest()


def _test_images(folder: str, name: str, image_size: int) -> Images:
    return _test_folder(name, image_size) if is_folder(name) else _named_test(folder, name, image_size)


def _test_folder(name: str, image_size: int) -> Images:
    """Read each time: a final evaluation does so once."""
    layout = read_layout(image_folder(name))
    if not layout.test:
        raise unavailable(
            f"data set {name} has no test images: put train/ and test/ with the same class directories into "
            f"{printable(layout.folder)}"
        )
    decoded = decode(layout.test, layout.folder, image_size, name=f"{layout.folder.name}-test", inventory="")
    labels = torch.tensor([file.label for file in layout.test], dtype=torch.int64)
    return Images(decoded.pixels, labels, files=decoded.files)


@lru_cache(maxsize=2)
def _named_test(folder: str, name: str, image_size: int) -> Images:
    """`folder` is part of the key: another data folder is another data set."""
    return resized(read_named(name, _READERS), image_size)


_READERS: dict[str, Callable[[], Images]] = {
    "digits": lambda: digits(lambda places: places % HELD_OUT == 0),
    "fashion-mnist": lambda: idx_images(
        "fashion-mnist", IDX_TEST_FILES, lambda: torchvision_images("FashionMNIST", train=False)
    ),
    "mnist": lambda: idx_images("mnist", IDX_TEST_FILES, lambda: torchvision_images("MNIST", train=False)),
    "cifar10": lambda: torchvision_images("CIFAR10", train=False),
    "cifar100": lambda: torchvision_images("CIFAR100", train=False),
    "svhn": lambda: torchvision_images("SVHN", split="test"),
}
