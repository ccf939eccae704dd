"""Best motifs by the lower end of their interval, each with a way to put it into the fittest network."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.primitives import NONE
from search.models import Experiment, Motif
from search.selectors.population_cache import cached_for_population
from visualize.pages.motifs.list import MotifRow, motif_list
from visualize.templatetags.drawings import engine_genotype

SHOWN = 5


@dataclass(frozen=True)
class BestMotif:
    """One row of the motif list, and where the editor would put it."""

    row: MotifRow
    address: str
    """Empty for a motif that cannot be put in: of another level, or the fittest network has it already."""
    place: str
    """The motif that it would replace."""
    uses: int
    carried: bool
    """By the fittest network."""


def best_motifs(experiment: Experiment) -> list[BestMotif]:
    """Those whose interval begins highest; motifs without an interval are left out. Sorting thousands by theirs takes
    long, so the few are kept."""
    leader = experiment.best.step if experiment.best else "none"
    return cached_for_population(f"best-motifs-{leader}", experiment, lambda: _best(experiment))


def _best(experiment: Experiment) -> list[BestMotif]:
    listed = motif_list(experiment, {"sort": "-fitness"})
    rows = [row for row in listed.rows if row.estimate is not None and row.estimate.margin is not None][
        :SHOWN
    ]
    leader = engine_genotype(experiment.best.genotype) if experiment.best else None
    return [_placed(experiment, leader, row) for row in rows]


def _placed(experiment: Experiment, leader: Genotype | None, row: MotifRow) -> BestMotif:
    nowhere = BestMotif(row, "", "", 0, carried=False)
    if leader is None or row.motif.level != 2 or experiment.best is None:
        return nowhere
    wanted = _as_motif(row.motif, leader)
    uses = analyse(leader).uses
    if wanted is None:
        return nowhere
    slots = range(1, leader.space.level(2).motifs + 1)
    if any(leader.motif(2, slot) == wanted and uses[2, slot] for slot in slots):
        return BestMotif(row, "", "", 0, carried=True)
    slot = max(slots, key=lambda each: uses[2, each])
    motifs = tuple(wanted if each == slot else leader.motif(2, each) for each in slots)
    changed = Genotype(leader.space, (motifs, *leader.levels[1:]))
    query = urlencode({"genotype": changed.text, "motif": f"L2-M{slot}"})
    address = reverse("individual_edit", args=[experiment.pk, experiment.best.step])
    name = leader.space.motif_name(2, slot)
    return BestMotif(row, f"{address}?{query}", name, uses[2, slot], carried=False)


def _as_motif(motif: Motif, leader: Genotype) -> tuple[tuple[int, ...], ...] | None:
    """Its rows as operation ids of the leader's space; None where they do not fit."""
    ids = {name: place for place, name in enumerate(leader.space.primitives, start=1)}
    if len(motif.structure) + 1 != leader.space.level(2).nodes:
        return None
    if any(name and name not in ids for row in motif.structure for name in row):
        return None
    return tuple(
        (*(ids[name] if name else NONE for name in row), *(NONE,) * (place + 1 - len(row)))
        for place, row in enumerate(motif.structure)
    )
