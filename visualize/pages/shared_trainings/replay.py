"""Replay of the genotypes that a shared training derived: one frame an epoch, with the edges that changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.liveness import analyse
from visualize.charts.frame import sparkline
from visualize.drawings.arcs import DENSE_NODES
from visualize.drawings.names import mutation_text
from visualize.pages.shared.genotype_frames import MotifPicture, differences, marks, picture, shown_motifs

SPARK_WIDTH, SPARK_HEIGHT = 1000.0, 56.0
MOST_EDITS = 3
"""Changes that a caption spells out."""


@dataclass(frozen=True)
class EpochFrame:
    """The genotype derived after one epoch."""

    epoch: int
    loss: float
    accuracy: float | None
    text: str
    """The genotype as text."""
    first: bool
    edits: tuple[str, ...]
    more_edits: int
    cell: MotifPicture
    motifs: tuple[MotifPicture, ...]
    wide: bool


@dataclass(frozen=True)
class EpochReel:
    """All epochs that derived a genotype."""

    points: tuple[Mapping[str, Any], ...]
    place: int
    """The frame that is shown, from 0."""

    @property
    def steps(self) -> str:
        """The epochs, as the script wants them."""
        return " ".join(str(point["epoch"]) for point in self.points)

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def count(self) -> int:
        return len(self.points)

    @property
    def spark(self) -> str:
        """The derived networks' accuracy as the `d` of a path."""
        return sparkline([point["accuracy"] for point in self.points], SPARK_WIDTH, SPARK_HEIGHT)

    @property
    def marker(self) -> float:
        return round(SPARK_WIDTH * self.place / max(1, self.count - 1), 1)

    @property
    def still(self) -> EpochFrame:
        before = self.points[self.place - 1] if self.place else None
        return frame(self.points[self.place], before)


def reel(history: Sequence[Mapping[str, Any]], asked: str) -> EpochReel | None:
    """At the frame that the address asks for, else at the last one; None where no genotype was derived."""
    points = tuple(point for point in history if point["derived"])
    if not points:
        return None
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else len(points)
    return EpochReel(points, max(1, min(number, len(points))) - 1)


def frame(point: Mapping[str, Any], before: Mapping[str, Any] | None) -> EpochFrame:
    """The genotype of one epoch beside that of another."""
    genotype = parse_genotype(point["derived"])
    edits = differences(parse_genotype(before["derived"]), genotype) if before else []
    liveness, top = analyse(genotype), genotype.space.top
    marked = marks(genotype, edits)
    changed = {(edit.level, edit.motif) for edit in edits}
    return EpochFrame(
        epoch=point["epoch"],
        loss=point["loss"],
        accuracy=point["accuracy"],
        text=genotype.text,
        first=before is None,
        edits=tuple(mutation_text(genotype.space, edit) for edit in edits[:MOST_EDITS]),
        more_edits=max(0, len(edits) - MOST_EDITS),
        cell=picture(genotype, top, 1, liveness, marked, changed),
        motifs=tuple(
            picture(genotype, level, slot, liveness, marked, changed)
            for level, slot in shown_motifs(genotype, liveness, changed)
        ),
        wide=_is_wide(genotype),
    )


def _is_wide(genotype: Genotype) -> bool:
    return genotype.space.level(genotype.space.top).nodes > DENSE_NODES
