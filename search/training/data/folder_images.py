"""The images of a folder, read anew whenever a file of it has changed, with a report of what was found."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from search.evolution.evaluation import EvaluationFailed
from search.evolution.experiments.datasets import DatasetShape
from search.evolution.experiments.folder_content import FolderContent, FolderReport, report_sentences
from search.training.data import locations
from search.training.data.decoded_files import Decoded, decode
from search.training.data.directory_tree import printable
from search.training.data.folder_layout import Layout, read_layout
from search.training.data.image_source import Images, Pool
from search.training.data.locations import image_folder
from search.training.data.named_sets import unavailable

log = logging.getLogger(__name__)

MOST_KEPT = 2
SETTLED_NANOSECONDS = 2 * 10**9
"""A file that changed less than this ago may change again without its times telling."""
LICENCES = ("LICENSE", "LICENCE", "COPYING")


@dataclass(frozen=True)
class KeptFolder:
    inventory: str
    memory: int
    """The limit that it was read under."""
    pool: Pool


kept_folders: dict[tuple[Path, int], KeptFolder] = {}
"""Of this process, the latest read last."""


def folder_pool(name: str, size: int) -> Pool:
    """All images of `folder:NAME` outside its test set, with the report of the folder.

    Raises EvaluationFailed (dataset_unavailable) that names the folder or file and what helps.
    """
    folder = image_folder(name)
    layout = read_layout(folder)
    kept = kept_folders.get((folder, size))
    memory = locations.HERE.image_memory_bytes
    if kept is not None and (kept.inventory, kept.memory) == (layout.inventory, memory):
        return kept.pool
    settled = time.time_ns() - layout.newest > SETTLED_NANOSECONDS
    decoded = decode(
        layout.search, folder, size, name=folder.name, inventory=layout.inventory if settled else ""
    )
    if read_layout(folder).inventory != layout.inventory:
        raise unavailable(f"{printable(folder)} changed while it was read")
    pool = _pool(name, size, layout, decoded)
    if settled:
        kept_folders.pop((folder, size), None)
        kept_folders[folder, size] = KeptFolder(layout.inventory, memory, pool)
        while len(kept_folders) > MOST_KEPT:
            del kept_folders[next(iter(kept_folders))]
    return pool


def check_content(name: str, pool: Pool, wanted: FolderContent | None) -> None:
    """Raises EvaluationFailed where the folder is not what the search began with."""
    if wanted is None or pool.report is None or pool.report.content.fingerprint == wanted.fingerprint:
        return
    raise EvaluationFailed(
        "dataset_unavailable",
        f"{name} has changed: this search began on {wanted}, and now there are {pool.report.content}, or other "
        "ones of that number. Put them back as they were, or launch a new search on what is there now",
    )


def _pool(name: str, size: int, layout: Layout, decoded: Decoded) -> Pool:
    labels = torch.tensor([file.label for file in layout.search], dtype=torch.int64)
    counts = torch.bincount(labels, minlength=len(layout.classes)).tolist()
    report = FolderReport(
        content=FolderContent(
            fingerprint=decoded.fingerprint, classes=len(layout.classes), images=len(layout.search)
        ),
        class_sizes=tuple(zip(layout.classes, counts, strict=True)),
        test_images=len(layout.test),
        layout=layout.description,
        passed_over=layout.passed_over,
        duplicates=decoded.duplicates,
        licence=_licence(layout.folder),
    )
    log.info("data set %s: %s", name, " ".join(report_sentences(report.to_json())))
    description = f"images of {len(layout.classes)} classes in {printable(layout.folder)}"
    shape = DatasetShape(
        name, size, 3, len(layout.classes), len(layout.search), description, len(layout.test), report.licence
    )
    key = (str(layout.folder), size, decoded.fingerprint, "in files" if decoded.files else "")
    return Pool(key, Images(decoded.pixels, labels, files=decoded.files), shape, report)


def _licence(folder: Path) -> str:
    """The first line of a licence that lies in the folder."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.upper().startswith(LICENCES):
            text = path.read_bytes()[:4096].decode("utf-8", "backslashreplace")
            lines = ["".join(filter(str.isprintable, line)).strip() for line in text.splitlines()]
            if first := next(filter(None, lines), ""):
                return f"{first[:120]} ({printable(path.name)})"
    return "not stated"
