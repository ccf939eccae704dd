"""Motif statistics: carriers and their fitness, in one experiment, over its steps, over all experiments.

A genotype carries a motif where its network really uses it. Fitness is compared over networks, not individuals:
each network counts once, with the earliest individual that has it, or copies of one would pass for evidence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Max, Min, TextField
from django.db.models.functions import Cast

from search.evolution.statistics.samples import EMPTY, Sample
from search.models import Experiment, Individual, Motif, MotifUse

STRETCHES = 500
"""Of steps, for which fitness is summed apart: a comparison "since step n" begins with the stretch that holds n."""


class MotifCount(NamedTuple):
    """One motif in one experiment."""

    motif: int
    level: int
    carriers: int
    """Individuals."""
    first: int
    """The step at which it first appeared."""
    networks: Sample
    """Fitness of the carriers' networks, as far as they are evaluated."""


@dataclass(frozen=True)
class MotifTable:
    """All motifs of an experiment that at least so many individuals carry."""

    individuals: int
    motifs: int
    """How many there are, those with fewer carriers included."""
    counts: list[MotifCount]
    stretch: int
    """Steps in one stretch."""
    by_stretch: list[Sample]
    """Fitness of the networks that came up in each."""

    @property
    def networks(self) -> Sample:
        return self.since(0)

    def since(self, step: int) -> Sample:
        """The networks that came up from the stretch of a step on."""
        place = step // self.stretch
        return self._from[place] if place < len(self._from) else EMPTY

    @cached_property
    def _from(self) -> list[Sample]:
        return list(accumulate(reversed(self.by_stretch)))[::-1]


def motif_table(experiment: Experiment, *, least: int = 1) -> MotifTable:
    """The motifs that at least `least` individuals carry. Reads the whole population: keep what it returns."""
    motifs, rows = _rows(experiment.pk, least=least)
    stretch = max(1, -(-experiment.proposed // STRETCHES))
    return MotifTable(
        individuals=experiment.proposed,
        motifs=motifs,
        counts=[row.counted for row in rows],
        stretch=stretch,
        by_stretch=_by_stretch(experiment, stretch),
    )


_CARRIED = """
SELECT * FROM (
  SELECT m.motif_id, MIN(m.level) AS level, COUNT(*) AS carriers, MIN(i.step) AS step, COUNT(i.fitness) AS networks,
         COALESCE(SUM(i.fitness), 0) AS total, COALESCE(SUM(i.fitness * i.fitness), 0) AS squares,
         MIN(m.slot) AS first_slot, MAX(m.slot) AS last_slot, COUNT(*) OVER () AS motifs
  FROM (
    SELECT i.genotype_id, i.step, CASE WHEN i.step = network.step THEN network.fitness END AS fitness
    FROM {individual} i
    JOIN (
      SELECT evaluation_id, MIN(step) AS step, MAX(fitness) AS fitness
      FROM {individual} WHERE experiment_id = %s GROUP BY evaluation_id
    ) network ON network.evaluation_id = i.evaluation_id
    WHERE i.experiment_id = %s
  ) i
  JOIN {motif_use} m ON m.genotype_id = i.genotype_id
  WHERE m.uses > 0 {condition}
  GROUP BY m.motif_id
) counts
WHERE carriers >= %s
"""
"""Sums over places, not over carriers: who has a motif in two slots is in it twice (telling them apart in the
database takes three times as long, and few motifs are ever in two slots)."""

_REPEATED = """
AND m.motif_id IN ({motifs}) AND EXISTS (
  SELECT 1 FROM {motif_use} o
  WHERE o.genotype_id = m.genotype_id AND o.level = m.level AND o.slot < m.slot
    AND o.motif_id = m.motif_id AND o.uses > 0
)
"""

_TABLES = {"individual": Individual._meta.db_table, "motif_use": MotifUse._meta.db_table}


class _Row(NamedTuple):
    motif: int
    level: int
    carriers: int
    step: int
    networks: int
    total: float
    squares: float
    first_slot: int
    last_slot: int
    motifs: int

    def less(self, surplus: "_Row") -> "_Row":
        return self._replace(
            carriers=self.carriers - surplus.carriers,
            networks=self.networks - surplus.networks,
            total=self.total - surplus.total,
            squares=self.squares - surplus.squares,
        )

    @property
    def counted(self) -> MotifCount:
        networks = Sample(self.networks, self.total, self.squares)
        return MotifCount(self.motif, self.level, self.carriers, self.step, networks)


def _rows(experiment_id: int, *, least: int) -> tuple[int, list[_Row]]:
    """How many motifs there are, and one row for each with enough carriers."""
    rows = _query(experiment_id, "", least)
    motifs = rows[0].motifs if rows else len(_query(experiment_id, "", 1)) if least > 1 else 0
    several = sorted(row.motif for row in rows if row.first_slot != row.last_slot)
    if several:  # slots, of which two may be one genotype's
        repeated = _REPEATED.format(**_TABLES, motifs=", ".join(f"{pk:d}" for pk in several))
        surplus = {row.motif: row for row in _query(experiment_id, repeated, 1)}
        rows = [row.less(surplus[row.motif]) if row.motif in surplus else row for row in rows]
    return motifs, [row for row in rows if row.carriers >= least]


def _query(experiment_id: int, condition: str, least: int) -> list[_Row]:
    statement = _CARRIED.format(**_TABLES, condition=condition)
    with connection.cursor() as cursor:
        cursor.execute(statement, [experiment_id, experiment_id, least])
        return list(map(_Row._make, cursor.fetchall()))


_BY_STRETCH = """
SELECT step / %s AS stretch, COUNT(*), SUM(fitness), SUM(fitness * fitness)
FROM (
  SELECT MIN(step) AS step, MAX(fitness) AS fitness
  FROM {individual} WHERE experiment_id = %s GROUP BY evaluation_id
) networks
WHERE fitness IS NOT NULL GROUP BY 1
"""


def _by_stretch(experiment: Experiment, stretch: int) -> list[Sample]:
    """Fitness of networks by the stretch of steps in which they came up."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_STRETCH.format(**_TABLES), [stretch, experiment.pk])
        found = {int(place): Sample(int(count), *sums) for place, count, *sums in cursor.fetchall()}
    return [found.get(place, EMPTY) for place in range(-(-experiment.proposed // stretch))]


def carried_at(experiment_id: int, steps: Iterable[int]) -> list[tuple[int, int]]:
    """(step, motif) for each motif that the individuals of these steps carry."""
    uses = MotifUse.objects.filter(uses__gt=0, genotype__individuals__experiment=experiment_id)
    uses = uses.filter(genotype__individuals__step__in=list(steps)).order_by()
    return list(uses.values_list("genotype__individuals__step", "motif").distinct())


@dataclass(frozen=True)
class Bearing:
    """One motif in one of the experiments that know it."""

    experiment: Experiment
    carriers: int
    first: int
    """The step at which it first appeared."""
    fittest: Individual | None
    """The fittest carrier, with its genotype; None before one is evaluated."""


def bearings(motif: Motif, *, limit: int) -> tuple[list[Bearing], int]:
    """The latest experiments in which somebody carries a motif, and how many there are."""
    uses = MotifUse.objects.filter(motif=motif, uses__gt=0)
    carriers = Individual.objects.filter(genotype__in=uses.values("genotype")).order_by()
    grouped = carriers.values("experiment").order_by("-experiment")
    grouped = grouped.annotate(carriers=Count("pk"), first=Min("step"), best=Max("fitness"))
    found = list(grouped.values_list("experiment", "carriers", "first", "best"))
    shown = Experiment.objects.in_bulk([row[0] for row in found[:limit]])
    rows = []
    for pk, count, first, best in found[:limit]:
        # By its fitness, which has an index: ordering all carriers by it would sort them.
        fittest = carriers.filter(experiment=pk, fitness=best).select_related("genotype").order_by("step")
        rows.append(Bearing(shown[pk], count, first, fittest.first() if best is not None else None))
    return rows, len(found)


def motifs_by_id(ids: Iterable[int]) -> dict[int, Motif]:
    return Motif.objects.in_bulk(list(ids))


def motifs_by_key(keys: Iterable[str]) -> dict[str, Motif]:
    return {motif.key: motif for motif in Motif.objects.filter(key__in=set(keys))}


def motifs_with_operation(operation: str, among: Iterable[int]) -> set[int]:
    """Those of some motifs of level 2 that have an edge of a primitive."""
    rows = Motif.objects.filter(level=2).annotate(text=Cast("structure", TextField()))
    return set(rows.filter(pk__in=list(among), text__contains=f'"{operation}"').values_list("pk", flat=True))


def builds_the_same(motif: Motif, *, limit: int) -> tuple[list[Motif], int]:
    """Motifs that are written differently and build the same network; none for one that builds nothing."""
    rows = (
        Motif.objects.filter(phenotype_key=motif.phenotype_key).exclude(pk=motif.pk).exclude(phenotype_key="")
    )
    return list(rows.order_by("pk")[:limit]), rows.count()
