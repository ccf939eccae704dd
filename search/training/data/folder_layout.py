"""How a folder of images is laid out: which files are images of which class, and what is passed over.

Two layouts are read: one directory a class, and `train/CLASS`, with `val/CLASS` and `test/CLASS` beside it. Whatever
could be taken for something else is refused by name. Nothing is opened.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from search.evolution.experiments.folder_content import counted
from search.training.data.directory_tree import (
    SUFFIXES,
    UNREAD,
    Directory,
    is_image,
    printable,
    read_tree,
    suffix_of,
)
from search.training.data.named_sets import unavailable

TRAIN = frozenset({"train", "training"})
VALIDATION = frozenset({"val", "valid", "validation", "dev"})
TEST = frozenset({"test", "testing"})
SPLITS = TRAIN | VALIDATION | TEST


@dataclass(frozen=True)
class ImageFile:
    """One image where it lies, with what tells that it has changed."""

    path: Path
    label: int
    size: int
    changed: tuple[int, int]
    """Nanoseconds of its content's and of its entry's last change."""


@dataclass(frozen=True)
class Layout:
    """A folder of images as its names tell it."""

    folder: Path
    description: str
    classes: tuple[str, ...]
    search: tuple[ImageFile, ...]
    """Outside the test set, by class, then by name."""
    test: tuple[ImageFile, ...]
    passed_over: tuple[str, ...]

    @property
    def inventory(self) -> str:
        """Another one whenever a file outside the test set has come, gone or changed."""
        digest = hashlib.blake2b(digest_size=16)
        for file in self.search:
            digest.update(os.fsencode(file.path) + f"\0{file.label} {file.size} {file.changed}\n".encode())
        return digest.hexdigest()

    @property
    def newest(self) -> int:
        """When the last change was made, in nanoseconds."""
        return max((max(file.changed) for file in self.search), default=0)


def read_layout(folder: Path) -> Layout:
    """Raises EvaluationFailed (dataset_unavailable) that names what cannot be read, and what helps."""
    if not folder.is_dir():
        raise unavailable(
            f"there is no folder {printable(folder)}: put one directory of images a class into it"
        )
    try:
        return _Reader(folder).layout()
    except OSError as error:
        raise unavailable(
            f"{printable(error.filename or folder)} cannot be read ({error.strerror or error})"
        ) from error


class _Reader:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes: list[str] = []
        self._hidden: Counter[str] = Counter()
        self._others: Counter[str] = Counter()
        self._top = read_tree(folder, self._hidden)

    def layout(self) -> Layout:
        splits = {tree.name.lower(): tree for tree in self._top.directories if _is_split(tree)}
        training = [tree for name, tree in splits.items() if name in TRAIN]
        if not training:
            self._refuse_splits_without_classes()
            self._note_beside(self._top)
            classes = self._classes(self._top)
            return self._layout("one directory a class", classes, [self._files(classes, classes)], [])
        if len(training) > 1:
            raise unavailable(
                f"{self._where()} holds both {training[0].name}/ and {training[1].name}/: keep one of them"
            )
        self._refuse_beside_splits(list(splits.values()))
        validation = [tree for name, tree in splits.items() if name in VALIDATION]
        tests = [tree for name, tree in splits.items() if name in TEST]
        classes = self._classes(training[0])
        pools = [self._files(classes, classes)]
        pools += [self._files(self._same(tree, classes), classes) for tree in validation]
        held_out = [self._files(self._same(tree, classes), classes) for tree in tests]
        pooled = " and ".join(f"{tree.name}/" for tree in (training[0], *validation))
        how = f"{pooled} {'are one pool, which the split seed divides' if validation else 'is searched with'}"
        description = f"{how}; {tests[0].name}/ is the test set" if tests else how
        return self._layout(description, classes, pools, held_out)

    def _layout(
        self,
        description: str,
        classes: list[Directory],
        pools: list[list[ImageFile]],
        tests: list[list[ImageFile]],
    ) -> Layout:
        if len(classes) < 2:
            raise unavailable(self._too_few(classes))
        search = sorted((file for pool in pools for file in pool), key=lambda file: file.label)  # stable
        return Layout(
            folder=self._folder,
            description=description,
            classes=tuple(tree.name for tree in classes),
            search=tuple(search),
            test=tuple(file for test in tests for file in test),
            passed_over=tuple(self._passed_over()),
        )

    def _classes(self, tree: Directory) -> list[Directory]:
        found = []
        for directory in tree.directories:
            if directory.all_images():
                self._refuse_nested(directory)
                found.append(directory)
            elif any(True for _ in directory.all_files()):
                self._refuse_unread(directory)
                raise unavailable(
                    f"class directory {printable(directory.path)} holds no image that can be read, only "
                    f"{_by_suffix(list(directory.all_files()))}: put images into it "
                    f"({', '.join(sorted(SUFFIXES))}), or take it away"
                )
            else:
                self._notes.append(f"Passed over: the empty class directory {directory.name}/.")
        return found

    def _same(self, tree: Directory, classes: list[Directory]) -> list[Directory]:
        """The classes of another split, each of which must be one of those."""
        known = {directory.name for directory in classes}
        found = self._classes(tree)
        if strange := [directory.name for directory in found if directory.name not in known]:
            raise unavailable(
                f"{printable(tree.path)} has class directories that {self._where()}'s training images lack: "
                f"{', '.join(strange[:5])}"
            )
        return found

    def _files(self, directories: list[Directory], classes: list[Directory]) -> list[ImageFile]:
        labels = {directory.name: label for label, directory in enumerate(classes)}
        found = []
        for directory in directories:
            self._refuse_unread(directory)
            files = list(directory.all_files())
            for path in sorted(path for path in files if is_image(path)):
                stat = path.stat()  # a link that leads nowhere raises here, by its name
                changed = (stat.st_mtime_ns, stat.st_ctime_ns)
                found.append(ImageFile(path, labels[directory.name], stat.st_size, changed))
            self._others.update(suffix_of(path) for path in files if not is_image(path))
        return found

    def _refuse_nested(self, directory: Directory) -> None:
        below = [tree for tree in directory.directories if tree.all_images()]
        if splits := [tree.name for tree in below if tree.name.lower() in SPLITS]:
            raise unavailable(
                f"class directory {printable(directory.path)} holds {'/ and '.join(splits)}/: "
                "put train/ and test/ at the top and the class directories below them"
            )
        if not directory.images and len(below) > 1:
            raise unavailable(
                f"{printable(directory.path)} holds no images of its own but {len(below)} directories with images "
                f"({', '.join(tree.name for tree in below[:5])}): put the class directories directly into "
                f"{self._where()}, or below train/ and test/"
            )

    def _refuse_unread(self, directory: Directory) -> None:
        for path in directory.all_files():
            if path.suffix.lower() in UNREAD:
                raise unavailable(
                    f"{printable(path)} is of a kind that is not read ({path.suffix}): convert it to PNG or JPEG, "
                    "or take it away"
                )

    def _refuse_splits_without_classes(self) -> None:
        names = [tree.name for tree in self._top.directories if tree.all_images()]
        if len(names) > 0 and all(name.lower() in SPLITS for name in names):
            raise unavailable(
                f"{self._where()} holds {'/, '.join(names)}/ and no train/ with class directories: put one directory "
                "of images a class into train/, or the class directories directly into the folder"
            )
        for tree in self._top.directories:
            if _is_split(tree):
                raise unavailable(
                    f"{self._where()} holds {tree.name}/ with directories in it, and no train/: name the training "
                    "part train/, or put the class directories directly into the folder"
                )

    def _refuse_beside_splits(self, splits: list[Directory]) -> None:
        self._note_beside(self._top)
        for tree in self._top.directories:
            if tree in splits or not tree.all_images():
                continue
            if tree.name.lower() in SPLITS:
                count = counted(len(tree.all_images()), "image")
                self._notes.append(f"Passed over: {count} without class directories in {tree.name}/.")
            else:
                raise unavailable(
                    f"{self._where()} holds train/ with classes in it, and {tree.name}/ with images beside it: put "
                    f"{tree.name}/ into train/ if it is a class, or take it away"
                )

    def _note_beside(self, tree: Directory) -> None:
        if tree.images:
            self._notes.append(
                f"Passed over: {counted(len(tree.images), 'image')} beside the class directories."
            )

    def _too_few(self, classes: list[Directory]) -> str:
        wrapper = self._top.directories[0] if len(self._top.directories) == 1 else None
        if wrapper is not None and len(wrapper.directories) > 1:
            return f"{self._where()} holds one directory, {wrapper.name}/: put what is in it directly into the folder"
        return (
            f"{self._where()} must be a folder with one directory of images a class, at least two; "
            f"found {len(classes)}"
        )

    def _passed_over(self) -> Iterator[str]:
        yield from self._notes
        if self._hidden:
            where = ", ".join(list(self._hidden)[:5]) + (", …" if len(self._hidden) > 5 else "")
            count = counted(self._hidden.total(), "image")
            yield f"Passed over: {count} in hidden or tool-made files and folders ({where})."
        if self._others:
            count = counted(self._others.total(), "other file")
            yield f"Passed over: {count} ({', '.join(sorted(self._others)[:8])})."

    def _where(self) -> str:
        return printable(self._folder)


def _is_split(tree: Directory) -> bool:
    """Named like one, with directories of images and no images of its own."""
    return (
        tree.name.lower() in SPLITS
        and not tree.images
        and any(child.all_images() for child in tree.directories)
    )


def _by_suffix(files: list[Path]) -> str:
    counts = Counter(suffix_of(path) for path in files)
    return ", ".join(f"{count:,} {suffix}" for suffix, count in counts.most_common(5))
