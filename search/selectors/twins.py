"""Twins: individuals of one experiment that share one evaluation and one outcome, shown as one network.

Where fitness is not shared each individual is trained by itself and stands for itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from search.models import Experiment, Individual, WorkState
from search.selectors.population_cache import cached_for_population

ONE_NETWORK = ("evaluation", "state", "fitness")
"""Equal in all of them: twins. An individual that was stopped early is no twin of one that was trained to its end."""


@dataclass(frozen=True)
class RowCounts:
    """Rows of a list, and those of them with a fitness."""

    total: int
    valued: int


def first_of_each(rows: QuerySet[Individual]) -> QuerySet[Individual]:
    """The earliest of each network among `rows`, which are of one experiment: those with no twin before them.

    A subquery for each row, not a join: PostgreSQL would hash the whole population for a page of 25. It walks back
    from its row to the next twin, never from the network's first on: so all rows of a network together look at its
    twins once, however many there are and whatever `rows` leave out.
    """
    same_fitness = Q(fitness=OuterRef("fitness")) | Q(fitness__isnull=True)
    same_network = Q(evaluation=OuterRef("evaluation"), state=OuterRef("state"))
    twins = rows.filter(same_fitness, same_network, step__lt=OuterRef("step")).order_by("-step")
    return rows.alias(twin_before=Subquery(twins.values("step")[:1])).filter(twin_before__isnull=True)


def network_row_counts(rows: QuerySet[Individual]) -> RowCounts:
    """How many networks are among `rows`."""
    networks = rows.order_by().values(*ONE_NETWORK).distinct()
    return RowCounts(networks.count(), networks.filter(fitness__isnull=False).count())


def twin_counts(rows: QuerySet[Individual], shown: Iterable[Individual]) -> dict[int, int]:
    """Primary key of each that is shown -> how many others of `rows` are the same network."""
    listed = list(shown)
    found = rows.filter(evaluation__in={row.evaluation_id for row in listed}).order_by()
    counted = {
        tuple(place): count for *place, count in found.values_list(*ONE_NETWORK).annotate(n=Count("pk"))
    }
    return {row.pk: max(0, counted.get(_network(row), 1) - 1) for row in listed}


def twin_rows(rows: QuerySet[Individual], first: Individual) -> QuerySet[Individual]:
    """The others of `rows` that are the same network, the earliest first."""
    same = Q(fitness=first.fitness) if first.fitness is not None else Q(fitness__isnull=True)
    twins = rows.filter(same, evaluation=first.evaluation_id, state=first.state)
    return twins.exclude(pk=first.pk).order_by("step")


def one_of_each(experiment_id: int, steps: Iterable[int], *, besides: Individual) -> set[int]:
    """Of these steps the earliest of each network, none of that one individual's network."""
    rows = Individual.objects.filter(experiment=experiment_id, step__in=list(steps)).order_by("-step")
    found = {tuple(network): step for step, *network in rows.values_list("step", *ONE_NETWORK)}
    found.pop(_network(besides), None)
    return set(found.values())


def fitness_counts(experiment: Experiment) -> Sequence[tuple[float, int]]:
    """(fitness, networks that have it), the fittest first."""
    return cached_for_population("network-fitness", experiment, lambda: _fitness_counts(experiment.pk))


def _fitness_counts(experiment_id: int) -> list[tuple[float, int]]:
    rows = Individual.objects.filter(experiment=experiment_id, state=WorkState.DONE).order_by()
    counted = rows.values_list("fitness").annotate(networks=Count("evaluation", distinct=True))
    return sorted(((fitness, networks) for fitness, networks in counted), reverse=True)


def _network(row: Individual) -> tuple[int, str, float | None]:
    return row.evaluation_id, row.state, row.fitness
