"""Image files decoded into one array: in memory where it is small, else a mapped file that all processes share.

A mapped array takes no memory of its own: the system keeps of it what it has room for, once for all processes.
"""

import fcntl
import hashlib
import json
import logging
import os
import shutil
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import UnidentifiedImageError
from torch import Tensor

from search.evolution.estimates.training_cost import MAPPED_FROM_BYTES
from search.training.data import locations
from search.training.data.directory_tree import printable
from search.training.data.folder_layout import ImageFile
from search.training.data.image_files import READER, read_image
from search.training.data.named_sets import unavailable
from search.training.data.streamed_files import StreamedFiles
from search.training.device.memory import device_memory

log = logging.getLogger(__name__)

Bytes = npt.NDArray[np.uint8]
SPARE_DISK_BYTES = 256 * 2**20
"""Left free beside a mapped array."""
SHARE_OF_MEMORY = 0.5
"""Of what is free, the most that images may take where there is no disk for them."""


@dataclass(frozen=True)
class Decoded:
    """`pixels` uint8 [N, size, size, 3], with what names them."""

    pixels: Tensor
    fingerprint: str
    """Of the files' names, classes and bytes: 32 hex digits."""
    duplicates: int
    """Files that are equal to an earlier one."""
    files: StreamedFiles | None = None
    """What reads the images where they fit nowhere; `pixels` is [0, size, size, 3] then."""


@dataclass(frozen=True)
class _Index:
    """What is kept beside a mapped array, to know it again without reading the images."""

    inventory: str
    fingerprint: str
    duplicates: int


def decode(files: Sequence[ImageFile], folder: Path, size: int, *, name: str, inventory: str) -> Decoded:
    """Every file at that size. `inventory` is another one whenever a file has changed; "" where that is not certain.

    What takes more than the installation allows (`locations.Places`), or has room nowhere, is read from the files
    whenever it is needed.
    Raises EvaluationFailed (dataset_unavailable) that names the file at fault.
    """
    shape = (len(files), size, size, 3)
    needed, limit = int(np.prod(shape, dtype=np.int64)), locations.HERE.image_memory_bytes
    if 0 < limit < needed:
        return _streamed(files, folder, shape, limit)
    if needed < MAPPED_FROM_BYTES:
        return _in_memory(files, folder, shape)
    place = locations.HERE.var / "datasets"
    if not _has_room(place, needed):
        free = device_memory(torch.device("cpu")).free
        if needed > SHARE_OF_MEMORY * free:
            return _streamed(files, folder, shape, int(SHARE_OF_MEMORY * free / 2))
        return _in_memory(files, folder, shape)
    with _locked(place):
        return _mapped(
            files, folder, shape, place / f"{name}-{size}", f"{READER} {inventory}" if inventory else ""
        )


def _in_memory(files: Sequence[ImageFile], folder: Path, shape: tuple[int, ...]) -> Decoded:
    pixels = np.empty(shape, np.uint8)
    return Decoded(torch.from_numpy(pixels), *_fill(pixels, files, folder))


def _streamed(files: Sequence[ImageFile], folder: Path, shape: tuple[int, ...], memory: int) -> Decoded:
    """As many of the first images in memory as it has room for. All are read once, so that a bad one is named now."""
    count, size = shape[:2]
    kept = np.empty((min(count, memory // (size * size * 3)), *shape[1:]), np.uint8)
    found = _fill(kept, files, folder)
    log.info(
        "of %d images in %s %d stay in memory, the others are read in each pass", count, folder, len(kept)
    )
    pixels = torch.from_numpy(kept)
    return Decoded(pixels[:0], *found, StreamedFiles(files, pixels))


def _mapped(
    files: Sequence[ImageFile], folder: Path, shape: tuple[int, ...], base: Path, inventory: str
) -> Decoded:
    index_file = base.with_name(base.name + ".json")
    index = _read_index(index_file)
    if index is not None and inventory and index.inventory == inventory:
        array = _map(_array_file(base, index.fingerprint), shape)
        if array is not None:
            return Decoded(array, index.fingerprint, index.duplicates)
    part = base.with_name(f"{base.name}.{os.getpid()}.part")
    try:
        pixels = np.lib.format.open_memmap(part, mode="w+", dtype=np.uint8, shape=shape)
        fingerprint, duplicates = _fill(pixels, files, folder)
        pixels.flush()
        del pixels
        for old in base.parent.glob(f"{base.name}-*.npy"):
            old.unlink(missing_ok=True)  # who has it mapped keeps it
        part.replace(_array_file(base, fingerprint))
    except OSError as error:
        raise unavailable(f"{printable(base.parent)} could not take the decoded images ({error})") from error
    finally:
        part.unlink(missing_ok=True)
    index_file.write_text(json.dumps(asdict(_Index(inventory, fingerprint, duplicates))))
    array = _map(_array_file(base, fingerprint), shape)
    if array is None:
        raise unavailable(f"{printable(base.parent)} lost the decoded images while they were written")
    return Decoded(array, fingerprint, duplicates)


def _fill(pixels: Bytes, files: Sequence[ImageFile], folder: Path) -> tuple[str, int]:
    """Read every image, and write it into its row where there is one. Returns the fingerprint and the number of
    duplicates."""
    whole = hashlib.blake2b(f"reader {READER}\n".encode(), digest_size=16)
    known: set[bytes] = set()
    for row, file in enumerate(files):
        content = _content(file.path)
        digest = hashlib.blake2b(content, digest_size=16).digest()
        known.add(digest)
        whole.update(f"{file.label} ".encode() + os.fsencode(file.path.relative_to(folder)) + b"\0" + digest)
        try:
            pixels[row : row + 1] = read_image(content, pixels.shape[1])
        except MemoryError:
            raise
        except UnidentifiedImageError as error:
            raise unavailable(
                f"{printable(file.path)} is not a readable image (its content is of no kind that is read, whatever its "
                "name says); repair it or take it away"
            ) from error
        except Exception as error:  # of whatever kind Pillow raises: the file is at fault, and no network
            what = printable(str(error)) or type(error).__name__
            raise unavailable(
                f"{printable(file.path)} is not a readable image ({what}); repair it or take it away"
            ) from error
    return whole.hexdigest(), len(files) - len(known)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unavailable(f"{printable(path)} cannot be read ({error.strerror or error})") from error


def _map(path: Path, shape: tuple[int, ...]) -> Tensor | None:
    """None where there is no such whole array."""
    try:
        array = np.load(path, mmap_mode="r")
    except (OSError, ValueError):
        return None
    if array.shape != shape or array.dtype != np.uint8:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns that it could write there; nobody does
        return torch.from_numpy(array)


def _array_file(base: Path, fingerprint: str) -> Path:
    return base.with_name(f"{base.name}-{fingerprint}.npy")


def _read_index(path: Path) -> _Index | None:
    try:
        return _Index(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _has_room(place: Path, needed: int) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK) and needed + SPARE_DISK_BYTES <= disk_free(place) + _taken(place)


def _taken(place: Path) -> int:
    """What decoded images take there already: the present ones may be among them."""
    return sum(path.stat().st_size for path in place.glob("*.npy"))


def disk_free(place: Path) -> int:
    return shutil.disk_usage(place if place.is_dir() else place.parent).free


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """One process at a time decodes; the others wait and find its work."""
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
