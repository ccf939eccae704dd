"""Routes: motif statistics, mutation effects, Pareto front, workers."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from search.api.paging import PageQuery, read_cursor, write_cursor
from search.api.routes.experiments import experiment_or_404
from search.api.schemas.analysis import (
    CountedMotif,
    CountedMotifPage,
    Front,
    FrontPlace,
    MutationEffect,
    MutationEffects,
    WorkerDocument,
    WorkerList,
)
from search.api.schemas.base import Count, ExperimentId
from search.api.schemas.evolution_gain import GainDocument
from search.api.schemas.strategies import StrategyReportDocument
from search.database.keyset import Order
from search.evolution.statistics.pareto import pareto_front
from search.evolution.statistics.samples import Estimate, difference
from search.models import Experiment
from search.selectors import pareto, workers
from search.selectors.evolution_gain import evolution_gain
from search.selectors.motifs import statistics
from search.selectors.motifs.statistics import MotifCount, MotifTable
from search.selectors.motifs.tables import counted
from search.selectors.mutation_effects import mutation_effects
from search.selectors.pareto import ParetoPoint
from search.selectors.population_cache import cached_for_population
from search.selectors.strategy_reports import strategy_report

router = Router(tags=["experiments"])
workers_router = Router(tags=["workers"])
NEVER = -2.0
"""Below every difference of fitnesses: what cannot be compared comes last."""


@router.get(
    "/{experiment_id}/strategy", response=StrategyReportDocument, summary="Show the strategy of an experiment"
)
def show_strategy(request: HttpRequest, experiment_id: ExperimentId) -> StrategyReportDocument:
    """How it chooses now, or what its model has learned."""
    return StrategyReportDocument.of(strategy_report(experiment_or_404(experiment_id)))


@router.get("/{experiment_id}/gain", response=GainDocument, summary="Show the gain along an evolution")
def show_gain(request: HttpRequest, experiment_id: ExperimentId) -> GainDocument:
    """Fitness and test accuracy of the networks that were the best at points of the search, less those of its first
    network. `POST /finals` with `along` has them scored."""
    return GainDocument.of(evolution_gain(experiment_or_404(experiment_id)))


class MotifQuery(PageQuery):
    """Which motifs to list, and in what order."""

    level: Annotated[Count, Field(ge=2, le=16)] | None = Field(default=None, description="Only of this level")
    carriers: Count = Field(
        default=2, ge=1, le=10**6, description="Only those that at least so many individuals carry; of more "
        "than 5,000 individuals at least 2"
    )  # fmt: skip
    order: Literal["-carriers", "first_step", "-fitness"] = Field(
        default="-carriers",
        description="-fitness: by the lower end of the interval of `against_the_rest`, the surest first",
    )


@router.get("/{experiment_id}/motifs", response=CountedMotifPage, summary="List the motifs of an experiment")
def list_motifs(
    request: HttpRequest, experiment_id: ExperimentId, filters: Query[MotifQuery]
) -> CountedMotifPage:
    """With who carries each and how these networks fare against the rest."""
    experiment = experiment_or_404(experiment_id)
    table = counted(experiment).value
    worth = _WORTH[filters.order]
    counts = [
        count
        for count in table.counts
        if count.carriers >= filters.carriers and filters.level in (None, count.level)
    ]
    counts.sort(key=lambda count: (worth(count, table), count.motif))
    order = Order(filters.order.lstrip("-"), tie="motif", descending=filters.order.startswith("-"))
    after = read_cursor(order, filters.cursor)
    first = bisect_right(counts, after, key=lambda count: (worth(count, table), count.motif)) if after else 0
    shown = counts[first : first + filters.limit]
    found = statistics.motifs_by_id(count.motif for count in shown)
    more = first + filters.limit < len(counts)
    return CountedMotifPage(
        individuals=table.individuals,
        items=[CountedMotif.of_count(found[row.motif], row, against_the_rest(row, table)) for row in shown],
        next_cursor=write_cursor(order, (worth(shown[-1], table), shown[-1].motif)) if more else None,
    )


def against_the_rest(count: MotifCount, table: MotifTable) -> Estimate | None:
    return difference(count.networks, table.networks - count.networks)


def _sureness(count: MotifCount, table: MotifTable) -> float:
    estimate = against_the_rest(count, table)
    return -(estimate.low if estimate is not None and estimate.margin is not None else NEVER)


_WORTH: dict[str, Callable[[MotifCount, MotifTable], float]] = {
    "-carriers": lambda count, table: -count.carriers,
    "first_step": lambda count, table: count.first,
    "-fitness": _sureness,
}
"""What to sort by, the least first."""


@router.get(
    "/{experiment_id}/mutations", response=MutationEffects, summary="Show what mutations did to fitness"
)
def show_mutations(request: HttpRequest, experiment_id: ExperimentId) -> MutationEffects:
    experiment = experiment_or_404(experiment_id)
    effects = cached_for_population("mutations", experiment, lambda: mutation_effects(experiment))
    return MutationEffects(items=[MutationEffect.of(row) for row in effects])


@router.get("/{experiment_id}/front", response=Front, summary="Show the front of fitness against a cost")
def show_front(
    request: HttpRequest,
    experiment_id: ExperimentId,
    cost: Annotated[
        Literal["parameters", "multiply_adds", "seconds"],
        Field(description="seconds: of training, all repeats together"),
    ] = "parameters",
) -> Front:
    experiment = experiment_or_404(experiment_id)
    evaluated, front = cached_for_population(f"front-{cost}", experiment, lambda: _front(experiment, cost))
    return Front(cost=cost, evaluated=evaluated, items=[FrontPlace(**place._asdict()) for place in front])


def _front(experiment: Experiment, cost: str) -> tuple[int, list[ParetoPoint]]:
    """(individuals compared, the places that nothing beats)."""
    places = pareto.places(experiment, cost)
    best = pareto_front([(place.cost, place.fitness) for place in places])
    return sum(place.individuals for place in places), [places[index] for index in best]


@workers_router.get("", response=WorkerList, summary="List workers")
def list_workers(request: HttpRequest) -> WorkerList:
    """All that were seen within a week, and how much waits for them."""
    counts = workers.work_counts()
    return WorkerList(**vars(counts), items=[WorkerDocument.of(row) for row in workers.workers()])
