"""Context of a motif's page: structure, contents, carriers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from search.evolution.genotypes.liveness import analyse
from search.evolution.statistics.samples import Estimate
from search.models import Motif
from search.selectors.motifs import statistics as motifs
from search.selectors.motifs.statistics import Bearing
from search.selectors.motifs.tables import counted
from visualize.pages.motifs.carrier_trend import CarrierTrend, shares_of
from visualize.pages.motifs.interval_plot import Whisker, whiskers
from visualize.pages.motifs.list import against_the_rest, subjects_of
from visualize.pages.motifs.pictures import Subject, picture, thumbnail, words
from visualize.pages.shared.matrices import Matrix, matrix
from visualize.pages.shared.protocol_differences import protocol_differences
from visualize.style.palette import tone

EXPERIMENTS = 10
"""Listed by name, the latest; the rest is a number."""
SAME = 12


@dataclass(frozen=True)
class Below:
    """A motif that edges of this one carry, under the number it has in the drawing."""

    name: str
    tone: int
    key: str
    motif: Motif | None
    svg: SafeString | str


@dataclass(frozen=True)
class ExperimentRow:
    """The motif in one experiment."""

    bearing: Bearing
    carried: float
    estimate: Estimate | None
    networks: int
    rest: int
    whisker: Whisker | None
    share: CarrierTrend


@dataclass(frozen=True)
class Portrait:
    """The motif itself."""

    motif: Motif
    svg: SafeString | str
    matrix: Matrix
    words: list[tuple[str, str]]
    nodes: int
    edges: int
    dead: int
    """Edges on no path from in to out."""


def motif_page(motif: Motif) -> dict[str, Any]:
    drawn = subjects_of([motif])[motif.pk]
    bearings, experiments = motifs.bearings(motif, limit=EXPERIMENTS)
    same, more = motifs.builds_the_same(motif, limit=SAME)
    return {
        "portrait": _portrait(motif, drawn),
        "motif": motif,
        "below": _below(drawn),
        "rows": _rows(motif, bearings),
        "experiments": experiments,
        "carriers": sum(bearing.carriers for bearing in bearings),
        "same": same,
        "differing": _protocol_differences(bearings),
        "more_same": more - len(same),
    }


def _protocol_differences(bearings: Sequence[Bearing]) -> str:
    """What differs in how these searches measured fitness, in words; empty where all figures are on one scale."""
    protocols = [row.experiment.config.get("protocol", {}) for row in bearings]
    found = (protocol_differences(protocols[0], other) for other in protocols[1:])
    return next((", ".join(words) for words in found if words), "")


def _portrait(motif: Motif, drawn: Subject) -> Portrait:
    liveness = analyse(drawn.genotype)
    present = words(drawn)
    live = sum(1 for level, *_ in liveness.live_edges if level == drawn.level)
    return Portrait(
        motif=motif,
        svg=picture(motif, drawn),
        matrix=matrix(drawn.genotype, drawn.level, 1, liveness, {}),
        words=present,
        nodes=len(motif.structure) + 1,
        edges=len(present),
        dead=len(present) - live,
    )


def _below(drawn: Subject) -> list[Below]:
    found = motifs.motifs_by_key(drawn.below) if drawn.below else {}
    subjects = subjects_of(found.values())
    rows = []
    for slot, key in enumerate(drawn.below, start=1):
        motif = found.get(key)
        svg = thumbnail(subjects[motif.pk]) if motif else ""
        rows.append(Below(f"M{slot}", tone(slot), key, motif, svg))
    return rows


def _rows(motif: Motif, bearings: list[Bearing]) -> list[ExperimentRow]:
    compared = [_compared(motif, bearing) for bearing in bearings]
    drawn = whiskers([estimate for estimate, _, _ in compared])
    return [
        ExperimentRow(
            bearing=bearing,
            carried=bearing.carriers / bearing.experiment.proposed,
            estimate=estimate,
            networks=networks,
            rest=rest,
            whisker=whisker,
            share=shares_of(bearing.experiment).share(motif.pk),
        )
        for bearing, (estimate, networks, rest), whisker in zip(bearings, compared, drawn, strict=True)
    ]


def _compared(motif: Motif, bearing: Bearing) -> tuple[Estimate | None, int, int]:
    table = counted(bearing.experiment).value
    count = next((count for count in table.counts if count.motif == motif.pk), None)
    if count is None:  # a single carrier of a large population, which its table leaves out
        return None, 0, table.networks.count
    estimate, rest = against_the_rest(count, table, since=False)
    return estimate, count.networks.count, rest
