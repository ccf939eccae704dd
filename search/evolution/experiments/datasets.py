"""Table of data sets: name, image size, channels, classes.

Reading them is `search.training.data.datasets`; this table lets the web process validate, estimate and count
without torch. Pure Python: must import neither Django nor torch.
"""

import re
from dataclasses import dataclass

FOLDER_PREFIX = "folder:"
"""`folder:NAME` is a folder of images, one directory a class, under the data folder."""
FOLDER_IMAGE_SIZE = 32
"""Side in pixels that a folder's images are resized to when the protocol does not say."""
FOLDER_NAME_RULE = (
    "at most 64 of the letters a to z and A to Z, digits, dot, _ and -, the first a letter or a digit"
)
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
    test_images: int = 0
    """Read by final evaluations and nothing else; 0: there is no test set."""
    licence: str = "not stated"
    origin: str = "not stated"


_ROWS = (
    DatasetShape(
        "digits", 8, 1, 10, 1437, "1,797 handwritten digits of 8×8 pixels; ships with the installation", 360,
        "CC BY 4.0", "E. Alpaydin and C. Kaynak, UCI repository (1998); every fifth digit is held out as the test set",
    ),
    DatasetShape(
        "fashion-mnist", 28, 1, 10, 60_000, "70,000 pictures of clothing, 28×28 pixels", 10_000,
        "MIT", "Xiao, Rasul and Vollgraf, Zalando Research (2017)",
    ),
    DatasetShape(
        "mnist", 28, 1, 10, 60_000, "70,000 handwritten digits, 28×28 pixels", 10_000,
        "CC BY-SA 3.0", "LeCun, Cortes and Burges, from NIST databases 1 and 3",
    ),
    DatasetShape(
        "cifar10", 32, 3, 10, 50_000, "60,000 colour pictures of 10 classes, 32×32 pixels", 10_000,
        "not stated by its authors", "Krizhevsky, University of Toronto (2009)",
    ),
    DatasetShape(
        "cifar100", 32, 3, 100, 50_000, "60,000 colour pictures of 100 classes, 32×32 pixels", 10_000,
        "not stated by its authors", "Krizhevsky, University of Toronto (2009)",
    ),
    DatasetShape(
        "svhn", 32, 3, 10, 73_257, "99,289 house numbers, 32×32 pixels", 26_032,
        "non-commercial use only", "Netzer and others, Stanford and Google (2011)",
    ),
)  # fmt: skip

DATASETS: dict[str, DatasetShape] = {row.name: row for row in _ROWS}


def is_folder(name: str) -> bool:
    """Whether the name is a well-formed `folder:NAME`."""
    return _FOLDER_NAME.fullmatch(name) is not None
