"""Replay of a line of descent: one frame for each individual, with the edges that changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.evolution.genotypes.liveness import analyse
from search.models import Individual
from search.selectors import lineage as kinship
from search.selectors.lineage import Family, LineageNode
from visualize.drawings.arcs import DENSE_NODES
from visualize.pages.lineage.text import StepEffect, effect, short_edit
from visualize.pages.shared.genotype_frames import MotifPicture, differences, marks, picture, shown_motifs
from visualize.templatetags.drawings import engine_genotype

KINDS = {"path": "This line", "best": "Best so far"}
MOST_EDITS = 3
"""Edits that a caption spells out; two bests after one another may have little in common."""
SPARK_WIDTH, SPARK_HEIGHT = 1000.0, 56.0
MOST_SPARK_POINTS = 400


@dataclass(frozen=True)
class ReplayFrame:
    """One frame: an individual, and what differs from the one shown before it."""

    individual: Individual
    kin: LineageNode
    before: LineageNode | None
    effect: StepEffect
    edits: tuple[str, ...]
    more_edits: int
    unlike: bool
    """The two are of different search spaces: nothing can be marked."""
    cell: MotifPicture
    motifs: tuple[MotifPicture, ...]
    wide: bool


@dataclass(frozen=True)
class Reel:
    """All frames of a replay, by their individuals alone; the pictures are fetched one by one."""

    kind: str
    kins: tuple[LineageNode, ...]
    cut: bool
    place: int
    """The frame that is shown, from 0."""

    @property
    def steps(self) -> str:
        return " ".join(str(kin.step) for kin in self.kins)

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def count(self) -> int:
        return len(self.kins)

    @property
    def before(self) -> LineageNode | None:
        return self.kins[self.place - 1] if self.place else None

    @property
    def spark(self) -> str:
        """The fitness of all frames as the `d` of a path."""
        return spark_path(self.kins, SPARK_WIDTH, SPARK_HEIGHT)

    @property
    def marker(self) -> float:
        return round(SPARK_WIDTH * self.place / max(1, self.count - 1), 1)

    @property
    def range(self) -> tuple[float, float] | None:
        known = [kin.fitness for kin in self.kins if kin.fitness is not None]
        return (min(known), max(known)) if known else None


def reel(row: Individual, path: Family, query: Mapping[str, Any]) -> Reel | None:
    """What the address asks for: `replay` and `frame`; None while there is nothing to show."""
    kind = str(query.get("replay", ""))
    kind = kind if kind in KINDS else next(iter(KINDS))
    family = kinship.records(row.experiment) if kind == "best" else path
    if not family.members:
        return None
    asked = str(query.get("frame", ""))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else len(family.members)
    return Reel(kind, family.members, family.cut, max(1, min(number, len(family.members))) - 1)


def still(row: Individual, before: Individual | None) -> ReplayFrame:
    """Rows that were fetched with their genotypes."""
    genotype = engine_genotype(row.genotype)
    former = engine_genotype(before.genotype) if before else None
    unlike = former is not None and former.space != genotype.space
    edits = [] if former is None or unlike else differences(former, genotype)
    marked = marks(genotype, edits)
    liveness = analyse(genotype)
    top = genotype.space.top
    words = [short_edit(genotype.space, edit.to_json()) for edit in edits[:MOST_EDITS]]
    changed = {(edit.level, edit.motif) for edit in edits}
    kin, previous = node_of(row), node_of(before) if before else None
    return ReplayFrame(
        individual=row,
        kin=kin,
        before=previous,
        effect=effect(kin, previous),
        edits=tuple(words),
        more_edits=len(edits) - len(words),
        unlike=unlike,
        cell=picture(genotype, top, 1, liveness, marked, changed),
        motifs=tuple(
            picture(genotype, level, slot, liveness, marked, changed)
            for level, slot in shown_motifs(genotype, liveness, changed)
        ),
        wide=genotype.space.level(top).nodes > DENSE_NODES,
    )


def spark_path(kins: Sequence[LineageNode], width: float, height: float) -> str:
    """A line through the fitness of all frames; frames without one are passed over."""
    stride = -(-len(kins) // MOST_SPARK_POINTS)
    known = [
        (place, kin.fitness)
        for place, kin in enumerate(kins)
        if kin.fitness is not None and (place % stride == 0 or place == len(kins) - 1)
    ]
    if not known:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    span = (high - low) or 1.0
    points = [
        f"{width * place / max(1, len(kins) - 1):.1f} {height - 4 - (height - 8) * (value - low) / span:.1f}"
        for place, value in known
    ]
    return "M" + "L".join(points)


def node_of(row: Individual) -> LineageNode:
    return LineageNode(
        row.pk, row.parent_id, row.step, row.generation, row.fitness, row.parameters, row.state
    )
