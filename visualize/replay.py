"""A line of individuals as a sequence of pictures: what each looks like, and which edges differ from the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from search.evolution.genotype import Genotype, edges
from search.evolution.liveness import Liveness, analyse
from search.evolution.mutation import Mutation
from search.evolution.primitives import NONE
from search.models import Individual
from search.selectors import lineage as kinship
from search.selectors.lineage import Family, Kin
from visualize.drawings import motif_drawing
from visualize.drawings.arcs import DENSE_NODES
from visualize.drawings.names import card_anchor, edge_id, motif_name
from visualize.lineage_text import Effect, effect, short_edit
from visualize.palette import tone
from visualize.render import DrawingFailed, TooLarge, page_svg
from visualize.templatetags.drawings import engine_genotype

KINDS = {"path": "This line", "best": "Best so far"}
MOST_MOTIFS = 24
"""Motifs beside the cell: all of most spaces, the changed and the used ones of large spaces."""
MOST_EDITS = 3
"""Edits that a caption spells out; two bests after one another may have little in common."""
SPARK_WIDTH, SPARK_HEIGHT = 1000.0, 56.0
MOST_SPARK_POINTS = 400


@dataclass(frozen=True)
class MotifPicture:
    anchor: str
    name: str
    tone: int
    used: bool
    changed: bool
    svg: SafeString | None


@dataclass(frozen=True)
class Still:
    """One frame: an individual, and what differs from the one shown before it."""

    individual: Individual
    kin: Kin
    before: Kin | None
    effect: Effect
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
    kins: tuple[Kin, ...]
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
    def before(self) -> Kin | None:
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


def still(row: Individual, before: Individual | None) -> Still:
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
    kin, previous = kin_of(row), kin_of(before) if before else None
    return Still(
        individual=row,
        kin=kin,
        before=previous,
        effect=effect(kin, previous),
        edits=tuple(words),
        more_edits=len(edits) - len(words),
        unlike=unlike,
        cell=_picture(genotype, top, 1, liveness, marked, changed),
        motifs=tuple(
            _picture(genotype, level, slot, liveness, marked, changed)
            for level, slot in shown_motifs(genotype, liveness, changed)
        ),
        wide=genotype.space.level(top).nodes > DENSE_NODES,
    )


def differences(before: Genotype, after: Genotype) -> list[Mutation]:
    """The edges of one genotype that are not the same, place by place, in another one of its space."""
    return [
        Mutation(level, slot, successor, predecessor, old, new)
        for level, (motifs, others) in enumerate(zip(before.levels, after.levels, strict=True), start=2)
        for slot, (one, other) in enumerate(zip(motifs, others, strict=True), start=1)
        for (successor, predecessor, old), (_, _, new) in zip(edges(one), edges(other), strict=True)
        if old != new
    ]


def marks(genotype: Genotype, edits: Sequence[Mutation]) -> dict[str, str]:
    """Edge id -> class: `changed`, `changed gone`, or `carrier` for an edge whose motif changed inside."""
    marked: dict[str, str] = {}
    inside = {(edit.level, edit.motif) for edit in edits}
    for level in range(3, genotype.space.top + 1):
        for slot, motif in enumerate(genotype.levels[level - 2], start=1):
            for successor, predecessor, operation in edges(motif):
                if (level - 1, operation) in inside:
                    marked[edge_id(level, slot, successor, predecessor)] = "carrier"
                    inside.add((level, slot))
    for edit in edits:
        name = edge_id(edit.level, edit.motif, edit.successor, edit.predecessor)
        marked[name] = "changed gone" if edit.new == NONE else "changed"
    return marked


def shown_motifs(
    genotype: Genotype, liveness: Liveness, changed: set[tuple[int, int]]
) -> list[tuple[int, int]]:
    """All below the cell; in a large space the changed ones, then the used ones, as many as fit."""
    places = [
        (level, slot)
        for level in range(genotype.space.top - 1, 1, -1)
        for slot in range(1, genotype.space.level(level).motifs + 1)
    ]
    if len(places) > MOST_MOTIFS:
        ranked = sorted(places, key=lambda place: (place in changed, liveness.uses[place] > 0), reverse=True)
        chosen = set(ranked[:MOST_MOTIFS])
        places = [place for place in places if place in chosen]
    return places


def spark_path(kins: Sequence[Kin], width: float, height: float) -> str:
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


def kin_of(row: Individual) -> Kin:
    return Kin(row.pk, row.parent_id, row.step, row.generation, row.fitness, row.parameters, row.state)


def _picture(
    genotype: Genotype,
    level: int,
    slot: int,
    liveness: Liveness,
    marked: Mapping[str, str],
    changed: set[tuple[int, int]],
) -> MotifPicture:
    try:
        svg = page_svg(motif_drawing(genotype, level, slot, liveness=liveness), marked=marked)
    except (TooLarge, DrawingFailed):
        svg = None
    return MotifPicture(
        anchor=card_anchor(level, slot),
        name=motif_name(genotype.space, level, slot),
        tone=tone(slot),
        used=liveness.uses[level, slot] > 0,
        changed=(level, slot) in changed,
        svg=svg,
    )
