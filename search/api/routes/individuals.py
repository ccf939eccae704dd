"""Routes: individuals, their children and ancestors."""

from typing import Annotated, Literal
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router
from pydantic import Field

from search import selectors, services
from search.api.filters import IndividualFilter, filtered_rows
from search.api.paging import PageQuery, find_page
from search.api.problems import Problem, invalid, not_found
from search.api.routes.experiments import CONFLICTS, experiment_or_404
from search.api.routes.genotypes import read_genotype
from search.api.schemas.base import Count, ExperimentId, IdempotencyKey, Step
from search.api.schemas.individuals import (
    CHANGE_EXAMPLES,
    CREATE_EXAMPLES,
    IndividualChange,
    IndividualCreate,
    IndividualDocument,
    IndividualPage,
    IndividualRow,
)
from search.database.keyset import Order
from search.evolution.genotypes.genotype import Genotype, GenotypeError
from search.models import Individual
from search.permissions import actor_of
from search.selectors import lists
from search.services.annotations import write_annotations
from search.tasks import nudge_experiment

router = Router(tags=["individuals"])
LONGEST_LINE = 1000
REPEATED = UUID("5f0cf0c6-6f4e-4f0e-9a5a-7f7c1f4c2b1d")
"""The space of names in which a caller's key is one."""
ORDERS = {
    name: Order(name.lstrip("-"), tie="step", descending=name.startswith("-"), nullable="fitness" in name)
    for column in ("step", "fitness", "parameters", "multiply_adds")
    for name in (column, f"-{column}")
}
OrderName = Literal[
    "step", "-step", "fitness", "-fitness", "parameters", "-parameters", "multiply_adds", "-multiply_adds"
]


class IndividualQuery(PageQuery, IndividualFilter):
    """Which individuals to list, and in what order."""

    order: OrderName = Field(
        default="step", description="- is descending; ties go by step, and what has no fitness comes last"
    )


@router.get("", response=IndividualPage, summary="List individuals")
def list_individuals(
    request: HttpRequest, experiment_id: ExperimentId, filters: Query[IndividualQuery]
) -> IndividualPage:
    found = find_page(filtered_rows(experiment_id, filters), ORDERS[filters.order], filters)
    return IndividualPage(items=[IndividualRow.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.post(
    "",
    response={201: IndividualDocument},
    summary="Evaluate a genotype of your own",
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": CREATE_EXAMPLES}}}}
    | CONFLICTS,
)
def create_individual(
    request: HttpRequest,
    experiment_id: ExperimentId,
    body: IndividualCreate,
    response: HttpResponse,
    idempotency_key: IdempotencyKey = None,
) -> IndividualDocument:
    """It joins the population as an individual of origin `human`, beside the search's own budget. A search that is
    finished trains it and ends again. A repeated request with its `Idempotency-Key` adds nothing."""
    genotype = _read(body)
    caller = actor_of(request).caller
    token = uuid5(REPEATED, f"{caller} {idempotency_key}") if idempotency_key else uuid4()
    try:
        place = services.evaluate_genotype(
            experiment_id=experiment_id,
            genotype=genotype,
            token=token,
            parent_step=body.parent_step,
            eligible=body.eligible,
        )
    except services.NotFound:
        raise not_found("experiment", experiment_id) from None
    except services.Conflict as error:
        state = experiment_or_404(experiment_id).state
        raise Problem("conflict", str(error), state=state) from None
    nudge_experiment(experiment_id)
    response.headers["Location"] = reverse("api:show_individual", args=[experiment_id, place.step])
    return show_individual(request, experiment_id, place.step)


def _read(body: IndividualCreate) -> Genotype:
    try:
        return read_genotype(body.genotype)
    except GenotypeError as error:
        raise invalid("body", "genotype", str(error), body.genotype) from None


@router.get("/{step}", response=IndividualDocument, summary="Show an individual")
def show_individual(request: HttpRequest, experiment_id: ExperimentId, step: Step) -> IndividualDocument:
    row = individual_or_404(experiment_id, step)
    return IndividualDocument.of_one(row, children=lists.child_rows(row).count())


@router.patch(
    "/{step}",
    response=IndividualDocument,
    summary="Change an individual's notes and tags",
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": CHANGE_EXAMPLES}}}},
)
def change_individual(
    request: HttpRequest, experiment_id: ExperimentId, step: Step, body: IndividualChange
) -> IndividualDocument:
    """What is left out stays as it is."""
    row = individual_or_404(experiment_id, step)
    write_annotations(
        individual_id=row.pk,
        notes=row.notes if body.notes is None else body.notes,
        tags=row.tags if body.tags is None else body.tags,
    )
    return show_individual(request, experiment_id, step)


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
