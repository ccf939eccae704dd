"""A directory of images as a tree of names: what is hidden or a tool's is left out and counted."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from search.training.data.named_sets import unavailable

SUFFIXES = frozenset(
    {
        ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".webp", ".ppm",
        ".pgm", ".pbm", ".pnm", ".tga", ".jp2", ".j2k", ".jpx", ".avif",
    }
)  # fmt: skip
UNREAD = frozenset(
    {
        ".heic", ".heif", ".svg", ".psd", ".eps", ".ai", ".pdf", ".raw", ".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf",
        ".rw2", ".raf", ".exr", ".hdr", ".jxl", ".npy", ".npz", ".mat", ".dcm", ".nii", ".ico", ".icns", ".xcf",
        ".fits", ".dds", ".sgi", ".pcx", ".qoi", ".mp4", ".avi", ".mov", ".webm",
    }
)  # fmt: skip
"""Suffixes of images that are not read: they are refused, for leaving them out would change the data set."""

TOOLS = frozenset(
    {
        "__macosx", "__pycache__", "$recycle.bin", "system volume information", "lost+found", "#recycle", "#snapshot",
    }
)  # fmt: skip


def printable(path: Path | str) -> str:
    """A name that every text can hold: what is no UTF-8 in it is written as \\xe9."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@dataclass
class Directory:
    """The visible entries below one directory."""

    path: Path
    directories: list["Directory"]
    files: list[Path]

    @property
    def images(self) -> list[Path]:
        """Of its own."""
        return [path for path in self.files if is_image(path)]

    def all_files(self) -> Iterator[Path]:
        yield from self.files
        for tree in self.directories:
            yield from tree.all_files()

    def all_images(self) -> list[Path]:
        return [path for path in self.all_files() if is_image(path)]

    @property
    def name(self) -> str:
        return printable(self.path.name)


def read_tree(folder: Path, hidden: Counter[str]) -> Directory:
    """Links are followed. Images in what is hidden are counted in `hidden` by where they lie.

    Raises OSError, and EvaluationFailed for a link that leads into itself.
    """
    return _read(folder, (), folder, hidden)


def _read(path: Path, above: tuple[tuple[int, int], ...], top: Path, hidden: Counter[str]) -> Directory:
    stat = path.stat()
    me = (stat.st_dev, stat.st_ino)
    if me in above:
        raise unavailable(f"{printable(path)} is a link that leads into itself; take it away")
    found = Directory(path, [], [])
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        child = Path(entry.path)
        if _is_hidden(entry.name):
            if images := _count_images(child):
                hidden[printable(child.relative_to(top))] += images
        elif entry.is_dir():
            found.directories.append(_read(child, (*above, me), top, hidden))
        else:
            found.files.append(child)
    return found


def _count_images(path: Path) -> int:
    files = [name for _, _, found in os.walk(path) for name in found] if path.is_dir() else [path.name]
    return sum(is_image(Path(name)) for name in files)


def is_image(path: Path) -> bool:
    """By its suffix."""
    return path.suffix.lower() in SUFFIXES


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "@")) or name.lower() in TOOLS


def suffix_of(path: Path) -> str:
    """For people."""
    return printable(path.suffix.lower()) or "no suffix"
