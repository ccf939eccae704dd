"""Small data sets written to disk."""

import gzip
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from search.training.data.locations import IDX_FILES


def write_idx(
    folder: Path, *, images: int, packed: bool = True, files: tuple[str, str] = IDX_FILES, seed: int = 1
) -> npt.NDArray[np.uint8]:
    """Random 28x28 images of ten classes in the format of MNIST; returns their pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (images, 28, 28), dtype=np.uint8)
    labels = (np.arange(images) % 10).astype(np.uint8)
    for name, array in zip(files, (pixels, labels), strict=True):
        header = bytes([0, 0, 8, array.ndim]) + b"".join(side.to_bytes(4, "big") for side in array.shape)
        content = header + array.tobytes()
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return pixels


COLOURS = {"blue": (20, 30, 220), "green": (30, 200, 40), "red": (210, 20, 30)}


def write_image_folder(folder: Path, *, images: int) -> None:
    """One directory a colour, with that many noisy pictures of it in different sizes and formats."""
    rng = np.random.default_rng(2)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(images):
            shape = (20 + number, 31, 3)
            pixels = np.clip(rng.normal(0, 20, shape) + np.asarray(colour), 0, 255).astype(np.uint8)
            suffix = ("png", "jpg", "bmp")[number % 3]
            Image.fromarray(pixels).save(folder / name / f"{number}.{suffix}")
