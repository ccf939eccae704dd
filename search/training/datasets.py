"""Data sets as tensors: read once a process, split by the protocol's seed, the test set never touched."""

import fcntl
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from search.evolution.config import Protocol
from search.evolution.datasets import DATASETS, DatasetShape, is_folder
from search.evolution.evaluation import EvaluationFailed
from search.training.images import class_folders, read_folder, read_idx, unavailable
from search.training.places import IDX_FILES, data_folder, idx_file, idx_folder, image_folder

FOLDER_SIZE = 32
"""Side in pixels that a folder's images are resized to when the protocol does not say."""

CONNECTION_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Images:
    """Labelled images: `pixels` uint8 [N, H, W, C], `labels` int64 [N]."""

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: Tensor) -> "Images":
        """The images with these indices."""
        return Images(self.pixels[indices], self.labels[indices])

    def to(self, device: torch.device) -> "Images":
        """The same images on a device."""
        return Images(self.pixels.to(device), self.labels.to(device))


@dataclass(frozen=True)
class Split:
    """What one protocol trains and scores on, with the training images' mean and deviation by channel, 0..1."""

    train: Images
    validation: Images
    mean: Tensor  # [C]
    deviation: Tensor  # [C]
    shape: DatasetShape


def dataset_shape(name: str, image_size: int | None = None) -> DatasetShape:
    """The table's row of a data set; for a folder, counted from its directories.

    Raises EvaluationFailed (dataset_unavailable) when there is no such folder.
    """
    if not is_folder(name):
        return DATASETS[name]
    size = image_size or FOLDER_SIZE
    folder = image_folder(name)
    classes = class_folders(folder)
    if len(classes) < 2:
        raise unavailable(
            f"data set {name}: {folder} must be a folder with one directory of images a class, at least two; "
            f"found {len(classes)}"
        )
    return DatasetShape(name, size, 3, len(classes), 0, f"images of {len(classes)} classes in {folder}")


def load_split(protocol: Protocol) -> Split:
    """The training and validation images of a protocol, kept for the next repeat of this process.

    Raises EvaluationFailed: dataset_unavailable when it cannot be had, infeasible when it has too few images.
    """
    return _split(str(data_folder()), protocol)


def look_at(document: Mapping[str, Any]) -> str:
    """What this machine has of a protocol's data set, in a few words that change with it; "" if it cannot be had.

    What this process has read before does not count: another one would find nothing. Reads the images, so that what
    is told of can be trained on.
    """
    protocol = Protocol.model_validate(document)
    try:
        seen = _inventory(protocol.dataset)
        load_split(protocol)
    except EvaluationFailed as failure:
        return "" if failure.code == "dataset_unavailable" else failure.message
    return seen


def _inventory(name: str) -> str:
    """A folder may be copied while we look; what else there is knows when it is whole."""
    if not is_folder(name):
        return f"{name} is whole"
    dataset_shape(name)  # raises if it is gone
    sizes = [path.stat().st_size for path in image_folder(name).rglob("*") if path.is_file()]
    return f"{len(sizes)} files of {sum(sizes)} bytes"


@lru_cache(maxsize=2)
def _split(folder: str, protocol: Protocol) -> Split:
    name, image_size = protocol.dataset, protocol.image_size
    validation_images, train_images = protocol.validation_images, protocol.train_images
    pool = _pool(folder, name, image_size)
    wanted = validation_images + (train_images or 1)
    if wanted > len(pool):
        raise EvaluationFailed(
            "infeasible",
            f"{name} has {len(pool)} images to search with, but validation_images {validation_images} and "
            f"train_images {train_images or 'at least 1'} ask for {wanted}: lower one of them",
        )
    order = torch.randperm(len(pool), generator=torch.Generator().manual_seed(protocol.seed))
    last = None if train_images is None else validation_images + train_images
    train = pool.take(order[validation_images:last])
    mean, deviation = _statistics(train.pixels)
    shape = dataset_shape(name, image_size)
    if image_size is not None:
        shape = replace(shape, image_size=image_size)
    return Split(train, pool.take(order[:validation_images]), mean, deviation, shape)


def _statistics(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation by channel, exactly, from counts of the 256 values: no copy as floats."""
    values = torch.arange(256, dtype=torch.float64) / 255
    means, deviations = [], []
    for channel in pixels.unbind(-1):
        share = torch.bincount(channel.flatten(), minlength=256).double() / channel.numel()
        mean = (share * values).sum()
        means.append(mean)
        deviations.append((share * (values - mean) ** 2).sum().sqrt().clamp_min(1e-3))
    return torch.stack(means).float(), torch.stack(deviations).float()


@lru_cache(maxsize=2)
def _pool(folder: str, name: str, image_size: int | None) -> Images:
    """All images outside the test set. `folder` is part of the key: another data folder is another data set."""
    if is_folder(name):
        pixels, labels = read_folder(image_folder(name), image_size or FOLDER_SIZE)
        return Images(torch.from_numpy(pixels), torch.from_numpy(labels))
    try:
        images = _READERS[name]()
    except EvaluationFailed:
        raise
    except (OSError, RuntimeError, ValueError, EOFError) as error:
        raise unavailable(
            f"data set {name} is not whole in {folder} and could not be downloaded ({error}); "
            "put its files there, or choose a data set that this machine has, such as digits"
        ) from error
    if image_size is not None and image_size != images.pixels.shape[1]:
        images = Images(_resized(images.pixels, image_size), images.labels)
    return images


def _resized(pixels: Tensor, size: int) -> Tensor:
    """[N, H, W, C] -> [N, size, size, C], in blocks so that little memory is held as floats."""
    blocks = []
    for block in pixels.split(4096):
        floats = functional.interpolate(
            block.permute(0, 3, 1, 2).float(), (size, size), mode="bilinear", antialias=True
        )
        blocks.append(floats.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1))
    return torch.cat(blocks).contiguous()


def _digits() -> Images:
    """Every fifth of the 1,797 digits is the test set; values 0..16 become 0..255."""
    # Here and not above: it takes a second, and only this data set needs it.
    from sklearn.datasets import load_digits  # noqa: PLC0415

    digits = load_digits()
    kept = np.arange(len(digits.target)) % 5 != 0
    pixels = np.round(digits.images[kept] * (255 / 16)).astype(np.uint8)
    labels = digits.target[kept].astype(np.int64)
    return Images(torch.from_numpy(pixels).unsqueeze(-1), torch.from_numpy(labels))


def _idx(name: str, torchvision_name: str) -> Images:
    folder = idx_folder(name)
    if folder is None:
        return _from_torchvision(torchvision_name, train=True)
    pixels, labels = (read_idx(path) for part in IDX_FILES if (path := idx_file(folder, part)))
    return Images(torch.tensor(pixels).unsqueeze(-1), torch.tensor(labels, dtype=torch.int64))


def _from_torchvision(class_name: str, **options: Any) -> Images:
    # Here and not above: it takes a second, and digits and folders do without.
    from search.training.torchvision_cpu import datasets  # noqa: PLC0415

    reader = getattr(datasets, class_name)
    try:
        found = reader(str(data_folder()), **options)
    except RuntimeError:  # not there, or not whole
        with _downloading():
            found = reader(str(data_folder()), download=True, **options)
    pixels = torch.as_tensor(np.asarray(found.data))
    if class_name == "SVHN":
        pixels = pixels.permute(0, 2, 3, 1).contiguous()  # [N, C, H, W] in its file
    labels = torch.as_tensor(np.asarray(found.labels if class_name == "SVHN" else found.targets))
    return Images(pixels if pixels.dim() == 4 else pixels.unsqueeze(-1), labels.long())


@contextmanager
def _downloading() -> Iterator[None]:
    """One process at a time downloads into the data folder, and none waits for ever for a silent server."""
    folder = data_folder()
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
    "digits": _digits,
    "fashion-mnist": lambda: _idx("fashion-mnist", "FashionMNIST"),
    "mnist": lambda: _idx("mnist", "MNIST"),
    "cifar10": lambda: _from_torchvision("CIFAR10", train=True),
    "cifar100": lambda: _from_torchvision("CIFAR100", train=True),
    "svhn": lambda: _from_torchvision("SVHN", split="train"),
}
