"""What a folder of images holds: what of it enters a protocol, and what is told of it.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import Field

from search.evolution.experiments.document import Document

READING = (
    "Each image is turned upright as its EXIF orientation says, laid on white where it is transparent, brought to "
    "8-bit RGB and resized as a whole to a square, without keeping its proportions; of several frames the first counts."
)
MOST_LISTED = 12
"""Classes that are named where a page has one line for all."""


class FolderContent(Document):
    """What was found in a folder when a search began: part of its protocol, so that a folder that has changed shares
    no fitness with what it was."""

    fingerprint: str = Field(pattern="^[0-9a-f]{32}$")
    """Of the names, the classes and the bytes of all images outside the test set."""
    classes: int = Field(ge=2)
    images: int = Field(ge=1)
    """Outside the test set."""

    def __str__(self) -> str:
        return f"{self.images:,} images of {self.classes:,} classes"


@dataclass(frozen=True)
class FolderReport:
    """What a worker read in a folder of images, for people."""

    content: FolderContent
    class_sizes: tuple[tuple[str, int], ...]
    """Each class with its images outside the test set."""
    test_images: int
    """In the folder's `test/`; 0: it has none."""
    layout: str
    passed_over: tuple[str, ...]
    """What was left out and why, a sentence each."""
    duplicates: int
    """Images outside the test set whose files are equal to another one's there."""
    licence: str

    def to_json(self) -> dict[str, Any]:
        """As it is stored and sent."""
        rest = {name: value for name, value in asdict(self).items() if name not in ("content", "class_sizes")}
        classes = [{"name": name, "images": images} for name, images in self.class_sizes]
        return {
            "fingerprint": self.content.fingerprint,
            "images": self.content.images,
            "classes": classes,
            **rest,
            "passed_over": list(self.passed_over),
            "reading": READING,
        }


@dataclass(frozen=True)
class Look:
    """What a worker found of a data set that a search asks for."""

    seen: str = ""
    """In a few words that change with it; "" where it cannot be trained on."""
    problem: str = ""
    """Why it cannot."""
    report: FolderReport | None = None
    """Of a folder."""


def counted(number: int, what: str) -> str:
    """1 image, 1,200 images."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def report_sentences(report: Mapping[str, Any]) -> list[str]:
    """A stored report in words: what there is, then what was passed over, then what to know."""
    classes, test = report["classes"], report["test_images"]
    names = ", ".join(f"{row['name']} {row['images']:,}" for row in classes[:MOST_LISTED])
    more = f" and {len(classes) - MOST_LISTED:,} more" if len(classes) > MOST_LISTED else ""
    held_out = f"{counted(test, 'test image')}, which no search reads" if test else "no test set"
    said = [
        f"{len(classes):,} classes, {report['images']:,} images to search with ({names}{more}); {held_out}.",
        *report["passed_over"],
    ]
    if report["duplicates"]:
        said.append(
            f"{counted(report['duplicates'], 'exact duplicate')}: training and validation may share images."
        )
    return said
