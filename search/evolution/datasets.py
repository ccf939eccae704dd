"""The data sets a protocol may name, and the shape of their images: a plain table.

Reading them is `search.training.datasets`; this table lets the web process validate, estimate and count
without torch. Pure Python: must import neither Django nor torch.
"""

import re
from dataclasses import dataclass

FOLDER_PREFIX = "folder:"
"""`folder:NAME` is a folder of images, one directory a class, under the data folder."""
_FOLDER_NAME = re.compile(r"folder:[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class DatasetShape:
    """Square images of `image_size` pixels; `train_images` counts all images outside the test set."""

    name: str
    image_size: int
    image_channels: int
    classes: int
    train_images: int
    description: str


_ROWS = (
    DatasetShape(
        "digits", 8, 1, 10, 1437, "1,797 handwritten digits of 8×8 pixels; ships with the installation"
    ),
    DatasetShape("fashion-mnist", 28, 1, 10, 60_000, "70,000 pictures of clothing, 28×28 pixels"),
    DatasetShape("mnist", 28, 1, 10, 60_000, "70,000 handwritten digits, 28×28 pixels"),
    DatasetShape("cifar10", 32, 3, 10, 50_000, "60,000 colour pictures of 10 classes, 32×32 pixels"),
    DatasetShape("cifar100", 32, 3, 100, 50_000, "60,000 colour pictures of 100 classes, 32×32 pixels"),
    DatasetShape("svhn", 32, 3, 10, 73_257, "99,289 house numbers, 32×32 pixels"),
)

DATASETS: dict[str, DatasetShape] = {row.name: row for row in _ROWS}


def is_folder(name: str) -> bool:
    """Whether the name is a well-formed `folder:NAME`."""
    return _FOLDER_NAME.fullmatch(name) is not None
