"""Reading images from files into one uint8 array [N, H, W, C]."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from search.evolution.evaluation import EvaluationFailed

Bytes = npt.NDArray[np.uint8]

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"})


def read_idx(path: Path) -> Bytes:
    """Read an array in the idx format of MNIST, as it stands or with .gz."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    dimensions = content[3] if len(content) > 3 and content[:3] == b"\x00\x00\x08" else 0
    shape = tuple(np.frombuffer(content, ">u4", dimensions, 4).tolist()) if dimensions else ()
    if not dimensions or len(content) != 4 + 4 * dimensions + int(np.prod(shape)):
        raise ValueError(f"{path} is not a complete idx file of bytes")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def class_folders(folder: Path) -> list[Path]:
    """The directories of a folder in order of their names: the classes 0, 1, ..."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def read_folder(folder: Path, size: int) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """All images of a folder with one directory a class: [N, size, size, 3] and their classes.

    Images are resized as a whole to size x size pixels. Raises EvaluationFailed naming the folder or file.
    """
    classes = class_folders(folder)
    if len(classes) < 2:
        raise unavailable(
            f"{folder} has {len(classes)} class directories; put at least 2 directories of images there"
        )
    pixels, labels = [], []
    for label, directory in enumerate(classes):
        for path in _image_files(directory):
            pixels.append(_read_image(path, size))
            labels.append(label)
    if not pixels:
        raise unavailable(f"{folder} has class directories but no images ({', '.join(sorted(SUFFIXES))})")
    return np.stack(pixels), np.asarray(labels, np.int64)


def unavailable(message: str) -> EvaluationFailed:
    """What is raised when this machine cannot read a data set."""
    return EvaluationFailed("dataset_unavailable", message)


def _image_files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.rglob("*")):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
            yield path


def _read_image(path: Path, size: int) -> Bytes:
    try:
        with Image.open(path) as image:
            whole = image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise unavailable(f"{path} is not a readable image ({error}); repair it or take it away") from error
    return np.asarray(whole, np.uint8)
