"""Readers of the data sets of the table, without their test sets.

What both parts share is here; the test sets are read by `held_out`, which no search may import.
"""

import fcntl
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.datasets import DATASETS
from search.training.data import locations
from search.training.data.idx_files import read_pair
from search.training.data.image_source import BLOCK, Images
from search.training.data.locations import IDX_FILES, idx_file, idx_folder

CONNECTION_TIMEOUT_SECONDS = 30.0
HELD_OUT = 5
"""Of the digits, which come without a split, each so-many-th is a test image."""


def unavailable(message: str) -> EvaluationFailed:
    """What is raised when this machine cannot read a data set."""
    return EvaluationFailed("dataset_unavailable", message)


def read_named(name: str, readers: dict[str, Callable[[], Images]]) -> Images:
    """A data set's images by its reader, checked against the table. Raises EvaluationFailed (dataset_unavailable)."""
    try:
        images = readers[name]()
        _check(name, images)
    except EvaluationFailed:
        raise
    except Exception as error:  # of whatever kind: a file is at fault, and no network
        what = str(error) or type(error).__name__
        raise unavailable(
            f"data set {name} is not whole in {locations.HERE.data} and could not be downloaded ({what}); "
            "put its files there, or choose a data set that this machine has, such as digits"
        ) from error
    return images


def search_images(name: str) -> Images:
    """All images outside the test set."""
    return read_named(name, _READERS)


def resized(images: Images, size: int | None) -> Images:
    """The same at another size, in blocks so that little memory is held as floats."""
    if size is None or size == images.size:
        return images
    blocks = []
    for block in images.pixels.split(BLOCK):
        floats = functional.interpolate(
            block.permute(0, 3, 1, 2).float(), (size, size), mode="bilinear", antialias=True
        )
        blocks.append(floats.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1))
    return Images(torch.cat(blocks).contiguous(), images.labels)


def digits(wanted: Callable[[Any], Any]) -> Images:
    """The digits whose places in their file are `wanted`; values 0..16 become 0..255."""
    # Here and not above: it takes a second, and only this data set needs it.
    from sklearn.datasets import load_digits  # noqa: PLC0415

    found = load_digits()
    kept = wanted(np.arange(len(found.target)))
    pixels = np.round(found.images[kept] * (255 / 16)).astype(np.uint8)
    labels = found.target[kept].astype(np.int64)
    return Images(torch.from_numpy(pixels).unsqueeze(-1), torch.from_numpy(labels))


def idx_images(name: str, files: tuple[str, str], fallback: Callable[[], Images]) -> Images:
    """A pair of idx files where they lie, else by torchvision."""
    folder = idx_folder(name, files)
    paths = [idx_file(folder, part) for part in files] if folder else []
    if len(paths) != 2 or paths[0] is None or paths[1] is None:
        return fallback()
    pixels, labels = read_pair(paths[0], paths[1])
    return Images(torch.tensor(pixels).unsqueeze(-1), torch.tensor(labels, dtype=torch.int64))


def torchvision_images(class_name: str, **part: Any) -> Images:
    """One part of a data set as torchvision reads it, downloaded if need be."""
    # Here and not above: it takes a second, and digits and folders do without.
    from search.training.data.torchvision_cpu import datasets  # noqa: PLC0415

    reader = getattr(datasets, class_name)
    try:
        found = reader(str(locations.HERE.data), **part)
    except RuntimeError:  # not there, or not whole
        with _downloading():
            found = reader(str(locations.HERE.data), download=True, **part)
    pixels = torch.as_tensor(np.asarray(found.data))
    if class_name == "SVHN":
        pixels = pixels.permute(0, 2, 3, 1).contiguous()  # [N, C, H, W] in its file
    labels = torch.as_tensor(np.asarray(found.labels if class_name == "SVHN" else found.targets))
    return Images(pixels if pixels.dim() == 4 else pixels.unsqueeze(-1), labels.long())


def _check(name: str, images: Images) -> None:
    row, labels = DATASETS[name], images.labels
    found = tuple(images.pool.shape[1:])
    wanted = (row.image_size, row.image_size, row.image_channels)
    if found != wanted:
        raise ValueError(f"its images are {_by(found)} values, those of {name} {_by(wanted)}")
    if len(images.pool) != len(labels):
        raise ValueError(f"it has {len(images.pool):,} images and {len(labels):,} labels")
    least, most = (int(labels.min()), int(labels.max())) if len(labels) else (0, 0)
    if least < 0 or most >= row.classes:
        raise ValueError(f"its labels go from {least} to {most}, those of {name} from 0 to {row.classes - 1}")


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


@contextmanager
def _downloading() -> Iterator[None]:
    """One process at a time downloads into the data folder, and none waits for ever for a silent server."""
    folder = locations.HERE.data
    folder.mkdir(parents=True, exist_ok=True)
    before = socket.getdefaulttimeout()
    with (folder / ".download.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        socket.setdefaulttimeout(CONNECTION_TIMEOUT_SECONDS)
        try:
            yield
        finally:
            socket.setdefaulttimeout(before)


_READERS: dict[str, Callable[[], Images]] = {
    "digits": lambda: digits(lambda places: places % HELD_OUT != 0),
    "fashion-mnist": lambda: idx_images(
        "fashion-mnist", IDX_FILES, lambda: torchvision_images("FashionMNIST", train=True)
    ),
    "mnist": lambda: idx_images("mnist", IDX_FILES, lambda: torchvision_images("MNIST", train=True)),
    "cifar10": lambda: torchvision_images("CIFAR10", train=True),
    "cifar100": lambda: torchvision_images("CIFAR100", train=True),
    "svhn": lambda: torchvision_images("SVHN", split="train"),
}
"""How each data set is read outside its test set; test sets are `held_out`'s."""
