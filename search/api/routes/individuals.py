"""The individuals of an experiment: lists, one, its children and its line of ancestors."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from search import selectors
from search.api.paging import PageQuery, find_page
from search.api.problems import invalid, not_found
from search.api.routes.experiments import experiment_or_404
from search.api.schemas.base import Count, ExperimentId, Fraction, Step, Whole
from search.api.schemas.individuals import IndividualDocument, IndividualPage, IndividualRow, WorkState
from search.models import Individual
from search.selectors import lists
from search.selectors.keyset import Order
from search.selectors.query import FIELDS, MAX_QUERY, QueryError

router = Router(tags=["individuals"])

LONGEST_LINE = 1000
ORDERS = {
    name: Order(name.lstrip("-"), tie="step", descending=name.startswith("-"), nullable="fitness" in name)
    for column in ("step", "fitness", "parameters", "multiply_adds")
    for name in (column, f"-{column}")
}
OrderName = Literal[
    "step", "-step", "fitness", "-fitness", "parameters", "-parameters", "multiply_adds", "-multiply_adds"
]
QUERY_HELP = (
    "Filter in the language of the population table, terms separated by spaces: "
    + ", ".join(f"`{field.example}` ({field.description})" for field in FIELDS)
    + ". A leading - negates a term."
)


class IndividualQuery(PageQuery):
    """Which individuals to list, and in what order."""

    order: OrderName = Field(
        default="step", description="- is descending; ties go by step, and what has no fitness comes last"
    )
    state: list[WorkState] = Field(default=[], description="Any of these; may stand more than once")
    origin: list[Annotated[str, Field(max_length=30, pattern=r"^[a-z_]+$")]] = Field(
        default=[], description="Any of these, such as initial and mutation; may stand more than once"
    )
    min_fitness: Fraction | None = None
    max_fitness: Fraction | None = None
    min_parameters: Whole | None = None
    max_parameters: Whole | None = None
    query: str = Field(default="", max_length=MAX_QUERY, description=QUERY_HELP)


@router.get("", response=IndividualPage, summary="List individuals")
def list_individuals(
    request: HttpRequest, experiment_id: ExperimentId, filters: Query[IndividualQuery]
) -> IndividualPage:
    experiment = experiment_or_404(experiment_id)
    try:
        rows = lists.individual_rows(
            experiment.pk,
            query=filters.query,
            states=filters.state,
            origins=filters.origin,
            fitness=(filters.min_fitness, filters.max_fitness),
            parameters=(filters.min_parameters, filters.max_parameters),
        )
    except QueryError as error:
        raise invalid("query", "query", str(error), filters.query) from None
    found = find_page(rows, ORDERS[filters.order], filters)
    return IndividualPage(items=[IndividualRow.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{step}", response=IndividualDocument, summary="Show an individual")
def show_individual(request: HttpRequest, experiment_id: ExperimentId, step: Step) -> IndividualDocument:
    row = individual_or_404(experiment_id, step)
    return IndividualDocument.of_one(row, children=lists.child_rows(row).count())


@router.get("/{step}/children", response=IndividualPage, summary="List the children of an individual")
def list_children(
    request: HttpRequest, experiment_id: ExperimentId, step: Step, filters: Query[PageQuery]
) -> IndividualPage:
    parent = individual_or_404(experiment_id, step)
    found = find_page(lists.child_rows(parent), ORDERS["step"], filters)
    return IndividualPage(items=[IndividualRow.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{step}/lineage", response=IndividualPage, summary="Show the ancestors of an individual")
def show_lineage(
    request: HttpRequest,
    experiment_id: ExperimentId,
    step: Step,
    limit: Annotated[Count, Field(ge=1, le=LONGEST_LINE, description="Individuals at most")] = 100,
) -> IndividualPage:
    """The individual itself, its parent and so on back to an initial one. `next_cursor` is always null."""
    line = lists.ancestors(individual_or_404(experiment_id, step), limit=limit)
    return IndividualPage(items=[IndividualRow.of(row) for row in line], next_cursor=None)


def individual_or_404(experiment_id: int, step: int) -> Individual:
    try:
        return selectors.individual(experiment_id, step)
    except Individual.DoesNotExist:
        raise not_found("individual", f"{step} in experiment {experiment_id}") from None
