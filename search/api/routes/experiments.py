"""Create, list and show experiments; start, pause, resume and stop them."""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Header, Query, Router
from pydantic import Field

from search import selectors, services
from search.api.creation import wanted_experiment
from search.api.paging import PageQuery, find_page
from search.api.problems import Problem, not_found
from search.api.schemas.base import ExperimentId
from search.api.schemas.experiments import (
    CREATE_EXAMPLES,
    ExperimentCreate,
    ExperimentDocument,
    ExperimentPage,
    ExperimentSummary,
    State,
)
from search.models import Experiment, ExperimentState
from search.selectors.keyset import Order
from search.tasks import nudge_experiment

router = Router(tags=["experiments"])
CONFLICTS: dict[str, Any] = {"x-errors": [409]}
LAUNCHES = UUID("5f0cf0c6-6f4e-4f0e-9a5a-7f7c1f4c2b1d")
"""The space of names that keys of repeated requests are in."""
KEY_IS_TAKEN = "This Idempotency-Key made experiment {id} with another configuration; take a new key."

IdempotencyKey = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="A text of your own, such as a UUID, that is new for each new experiment",
    ),
]


class ExperimentQuery(PageQuery):
    """Which experiments to list."""

    state: State | None = Field(default=None, description="Only those in this state")
    query: str = Field(default="", max_length=200, description="Part of the name, upper and lower case alike")
    order: Literal["id", "-id"] = Field(default="-id", description="By number; - is newest first")


@router.get("", response=ExperimentPage, summary="List experiments")
def list_experiments(request: HttpRequest, filters: Query[ExperimentQuery]) -> ExperimentPage:
    order = Order("id", tie="id", descending=filters.order == "-id")
    found = find_page(selectors.experiments(state=filters.state or "", query=filters.query), order, filters)
    return ExperimentPage(
        items=[ExperimentSummary.of(row) for row in found.rows], next_cursor=found.next_cursor
    )


@router.post(
    "",
    response={201: ExperimentDocument},
    summary="Create an experiment",
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": CREATE_EXAMPLES}}}}
    | CONFLICTS,
)
def create_experiment(
    request: HttpRequest,
    body: ExperimentCreate,
    response: HttpResponse,
    idempotency_key: IdempotencyKey = None,
) -> ExperimentDocument:
    """From a preset, from a whole configuration or as a copy of another experiment's; with `overrides` laid over
    it, as a draft or started at once. The Location header names it.

    With an `Idempotency-Key` a request that is sent again, because its answer was lost, gives the experiment that
    the first one made."""
    name, config = wanted_experiment(body)
    launch = uuid5(LAUNCHES, idempotency_key) if idempotency_key else None
    with transaction.atomic():
        experiment = services.create_experiment(name=name, config=config, notes=body.notes, launch=launch)
        if experiment.config != config.to_json():
            raise Problem("conflict", KEY_IS_TAKEN.format(id=experiment.pk), state=experiment.state)
        if body.start and experiment.state == ExperimentState.DRAFT:
            services.start_experiment(experiment_id=experiment.pk)
            nudge_experiment(experiment.pk)
    response.headers["Location"] = reverse("api:show_experiment", args=[experiment.pk])
    return ExperimentDocument.of(experiment_or_404(experiment.pk))


@router.get("/{experiment_id}", response=ExperimentDocument, summary="Show an experiment")
def show_experiment(request: HttpRequest, experiment_id: ExperimentId) -> ExperimentDocument:
    return ExperimentDocument.of(experiment_or_404(experiment_id))


@router.post(
    "/{experiment_id}/start", response=ExperimentDocument, summary="Start a draft", openapi_extra=CONFLICTS
)
def start_experiment(request: HttpRequest, experiment_id: ExperimentId) -> ExperimentDocument:
    return _change(experiment_id, services.start_experiment, go_on=True)


@router.post(
    "/{experiment_id}/pause", response=ExperimentDocument, summary="Pause a search", openapi_extra=CONFLICTS
)
def pause_experiment(request: HttpRequest, experiment_id: ExperimentId) -> ExperimentDocument:
    """Nothing new is begun; what is being trained runs to its end."""
    return _change(experiment_id, services.pause_experiment)


@router.post(
    "/{experiment_id}/resume", response=ExperimentDocument, summary="Resume a search", openapi_extra=CONFLICTS
)
def resume_experiment(request: HttpRequest, experiment_id: ExperimentId) -> ExperimentDocument:
    """Goes on exactly where it stood. A failed search tries the same step again."""
    return _change(experiment_id, services.resume_experiment, go_on=True)


@router.post(
    "/{experiment_id}/stop", response=ExperimentDocument, summary="Stop a search", openapi_extra=CONFLICTS
)
def stop_experiment(request: HttpRequest, experiment_id: ExperimentId) -> ExperimentDocument:
    """For good: what is being trained is cancelled, unless another experiment needs it too."""
    return _change(experiment_id, services.stop_experiment)


def _change(
    experiment_id: int, service: Callable[..., Experiment], *, go_on: bool = False
) -> ExperimentDocument:
    try:
        service(experiment_id=experiment_id)
    except services.NotFound:
        raise not_found("experiment", experiment_id) from None
    except services.Conflict as error:
        now = experiment_or_404(experiment_id)
        raise Problem("conflict", str(error), state=now.state) from None
    if go_on:
        nudge_experiment(experiment_id)
    return ExperimentDocument.of(experiment_or_404(experiment_id))


def experiment_or_404(experiment_id: int) -> Experiment:
    try:
        return selectors.experiment_by_id(experiment_id)
    except Experiment.DoesNotExist:
        raise not_found("experiment", experiment_id) from None
