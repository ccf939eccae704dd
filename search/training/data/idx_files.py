"""Reader of MNIST's idx format."""

import gzip
from pathlib import Path

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]


def read_idx(path: Path) -> Bytes:
    """Read an array in the idx format, as it stands or with .gz. Raises ValueError, OSError or EOFError."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    dimensions = content[3] if len(content) > 3 and content[:3] == b"\x00\x00\x08" else 0
    shape = tuple(np.frombuffer(content, ">u4", dimensions, 4).tolist()) if dimensions else ()
    if not dimensions or len(content) != 4 + 4 * dimensions + int(np.prod(shape)):
        raise ValueError(f"{path} is not a complete idx file of bytes")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_pair(images: Path, labels: Path) -> tuple[Bytes, Bytes]:
    """Pixels [N, H, W] and their labels [N]. Raises ValueError where these are no images with their labels."""
    pixels, classes = read_idx(images), read_idx(labels)
    if pixels.ndim != 3:
        raise ValueError(f"{images} holds an array of {pixels.ndim} dimensions; images have 3")
    if classes.ndim != 1:
        raise ValueError(f"{labels} holds an array of {classes.ndim} dimensions; labels have 1")
    if len(pixels) != len(classes):
        raise ValueError(
            f"{images} holds {len(pixels):,} images and {labels} {len(classes):,} labels: they do not belong together"
        )
    return pixels, classes
