"""Mutation effects: fitness of child against parent, by level, old and new operation."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from search.evolution.genotypes.mutation import Mutation, MutationKind
from search.evolution.statistics.samples import EMPTY, Sample
from search.models import Experiment, Individual, WorkState


@dataclass(frozen=True)
class Effect:
    """Mutations of one sort: all of one level from one operation to another, or several such sorts added up."""

    count: int = 0
    silent: int = 0
    """The child builds the same network as its parent."""
    failed: int = 0
    """The child's evaluation failed."""
    compared: int = 0
    """Child and parent both have a fitness."""
    better: int = 0
    worse: int = 0
    changes: Sample = EMPTY
    """Fitness of the child less that of its parent, once for each pair of networks."""
    silent_changes: Sample = EMPTY
    """Of silent mutations alone: no change where equal networks share their fitness, else the noise of training."""

    def __add__(self, other: "Effect") -> "Effect":
        return Effect(
            self.count + other.count,
            self.silent + other.silent,
            self.failed + other.failed,
            self.compared + other.compared,
            self.better + other.better,
            self.worse + other.worse,
            self.changes + other.changes,
            self.silent_changes + other.silent_changes,
        )

    @property
    def heard(self) -> Sample:
        """Changes by mutations that are not silent."""
        return self.changes - self.silent_changes


@dataclass(frozen=True)
class EffectOf:
    """An effect and the sort of mutation that has it. Operations are ids at that level; 0 is no edge."""

    level: int
    old: int
    new: int
    effect: Effect

    @property
    def kind(self) -> MutationKind:
        return Mutation(self.level, 1, 2, 1, self.old, self.new).kind


def mutation_effects(experiment: Experiment) -> list[EffectOf]:
    """Every sort that occurred, by level, old and new operation. Reads the whole population: keep what it returns.

    Mutations are counted one by one; changes of fitness once for each pair of networks, parent's and child's, or
    the many children that are one network would pass for evidence.
    """
    pairs, parameters = _pairs(experiment).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_BY_SORT.format(pairs=pairs), parameters)
        found = cursor.fetchall()
    effects = []
    for level, old, new, *numbers in found:
        count, silent, failed, compared, better, worse = map(int, numbers[:6])
        changes, silent_changes = (Sample(int(n), *sums) for n, *sums in (numbers[6:9], numbers[9:]))
        effect = Effect(count, silent, failed, compared, better, worse, changes, silent_changes)
        effects.append(EffectOf(int(level), int(old), int(new), effect))
    return sorted(effects, key=lambda row: (row.level, row.old, row.new))


_BY_SORT = """
SELECT level, old, new, SUM(mutations), SUM(silent * mutations), SUM(failed), SUM(compared),
       SUM(better), SUM(worse),
       COUNT(change), COALESCE(SUM(change), 0.0), COALESCE(SUM(change * change), 0.0),
       COUNT(silent_change), COALESCE(SUM(silent_change), 0.0),
       COALESCE(SUM(silent_change * silent_change), 0.0)
FROM (
  SELECT pairs.*, CASE WHEN silent = 1 THEN change END AS silent_change FROM ({pairs}) pairs
) heard
GROUP BY level, old, new
"""


def _pairs(experiment: Experiment) -> QuerySet[Individual, tuple[Any, ...]]:
    """One row for each sort of mutation and pair of networks."""
    rows = Individual.objects.filter(experiment=experiment, mutation__isnull=False, parent__isnull=False)
    return (
        rows.order_by()
        .annotate(
            level=_number("level"),
            old=_number("old"),
            new=_number("new"),
            silent=Case(When(_is_silent(experiment), then=1), default=0),
        )
        .values_list("level", "old", "new", "silent", "evaluation", "parent__evaluation")
        .annotate(
            mutations=Count("pk"),
            failed=Count("pk", filter=Q(state=WorkState.FAILED)),
            compared=Count(F("fitness") - F("parent__fitness")),
            better=Count("pk", filter=Q(fitness__gt=F("parent__fitness"))),
            worse=Count("pk", filter=Q(fitness__lt=F("parent__fitness"))),
            change=Max(F("fitness") - F("parent__fitness")),  # the same in all of the pair
        )
    )


def _number(key: str) -> Cast:
    """As a number, which a database compares far faster than text."""
    return Cast(KT(f"mutation__{key}"), IntegerField())


def _is_silent(experiment: Experiment) -> Q:
    """Where fitness is shared, equal networks are one evaluation: the rows of the evaluations need not be read."""
    if experiment.configuration.strategy.share_fitness:
        return Q(evaluation=F("parent__evaluation"))
    return Q(evaluation__phenotype_key=F("parent__evaluation__phenotype_key"))
