"""Routes: experiments; create, list, show, change, delete, start, pause, resume, stop."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router
from pydantic import Field

from search import selectors, services
from search.api.budgets import hours_of
from search.api.creation import wanted_experiment
from search.api.paging import PageQuery, find_page
from search.api.problems import Problem, not_found
from search.api.schemas.base import ExperimentId, Flag, IdempotencyKey
from search.api.schemas.experiment_changes import CHANGE_EXAMPLES, ExperimentChange
from search.api.schemas.experiments import (
    CREATE_EXAMPLES,
    ExperimentCreate,
    ExperimentDocument,
    ExperimentPage,
    ExperimentSummary,
    State,
)
from search.database.keyset import Order
from search.models import Experiment
from search.permissions import Actor, actor_of
from search.services import idempotency
from search.services.experiments import changes
from search.tasks import nudge_experiment

router = Router(tags=["experiments"])
CONFLICTS: dict[str, Any] = {"x-errors": [409]}


class ExperimentQuery(PageQuery):
    """Which experiments to list."""

    state: State | None = Field(default=None, description="Only those in this state")
    query: str = Field(default="", max_length=200, description="Part of the name, upper and lower case alike")
    archived: Flag = Field(
        default=False, description="Those that were put out of the lists, instead of the others"
    )
    order: Literal["id", "-id"] = Field(default="-id", description="By number; - is newest first")


@router.get("", response=ExperimentPage, summary="List experiments")
def list_experiments(request: HttpRequest, filters: Query[ExperimentQuery]) -> ExperimentPage:
    order = Order("id", tie="id", descending=filters.order == "-id")
    rows = selectors.experiments(state=filters.state or "", query=filters.query).filter(
        archived=filters.archived
    )
    found = find_page(rows, order, filters)
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

    With an `Idempotency-Key` a request that is sent again within a day, because its answer was lost, gets the answer
    of the first one and creates nothing."""
    actor = actor_of(request)
    if idempotency_key is None:
        document = _create(body, actor).model_dump(mode="json")
    else:
        request_hash = hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()
        document = idempotency.reply_once(
            caller=actor.caller,
            key=idempotency_key,
            request_hash=request_hash,
            act=lambda: idempotency.Reply(201, _create(body, actor).model_dump(mode="json")),
        ).body
    response.headers["Location"] = reverse("api:show_experiment", args=[document["id"]])
    return ExperimentDocument(**document)


@transaction.atomic
def _create(body: ExperimentCreate, actor: Actor) -> ExperimentDocument:
    name, config = wanted_experiment(body)
    experiment = services.create_experiment(
        name=name, config=config, notes=body.notes, owner_id=actor.user_id
    )
    if body.start:
        services.start_experiment(experiment_id=experiment.pk)
        nudge_experiment(experiment.pk)
    return ExperimentDocument.of(experiment_or_404(experiment.pk))


@router.get("/{experiment_id}", response=ExperimentDocument, summary="Show an experiment")
def show_experiment(request: HttpRequest, experiment_id: ExperimentId) -> ExperimentDocument:
    return ExperimentDocument.of(experiment_or_404(experiment_id))


@router.patch(
    "/{experiment_id}",
    response=ExperimentDocument,
    summary="Change an experiment",
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": CHANGE_EXAMPLES}}}}
    | CONFLICTS,
)
def change_experiment(
    request: HttpRequest, experiment_id: ExperimentId, body: ExperimentChange
) -> ExperimentDocument:
    """What is left out stays as it is. A budget can be changed while the search is not over, and never to less
    than it has proposed; a finished search goes on with a larger one."""
    hours = body.device_hours if body.budget is None else hours_of(body.budget)
    wanted = body.model_dump(exclude={"budget"}) | {"device_hours": hours}
    return _change(
        experiment_id,
        partial(changes.update_experiment, changes=changes.Changes(**wanted)),
        go_on=(body.individuals, body.in_flight, hours) != (None, None, None),
    )


@router.delete(
    "/{experiment_id}", response={204: None}, summary="Delete an experiment", openapi_extra=CONFLICTS
)
def delete_experiment(request: HttpRequest, experiment_id: ExperimentId) -> HttpResponse:
    """With its individuals, for good; its genotypes and what was trained stay, for other experiments share them.
    One that is running, paused or failed is to be stopped first."""
    _call(experiment_id, changes.delete_experiment)
    return HttpResponse(status=204)


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


def _change(experiment_id: int, service: Callable[..., object], *, go_on: bool = False) -> ExperimentDocument:
    _call(experiment_id, service)
    if go_on:
        nudge_experiment(experiment_id)
    return ExperimentDocument.of(experiment_or_404(experiment_id))


def _call(experiment_id: int, service: Callable[..., object]) -> None:
    try:
        service(experiment_id=experiment_id)
    except services.NotFound:
        raise not_found("experiment", experiment_id) from None
    except services.Conflict as error:
        now = experiment_or_404(experiment_id)
        raise Problem("conflict", str(error), state=now.state) from None


def experiment_or_404(experiment_id: int) -> Experiment:
    try:
        return selectors.experiment_by_id(experiment_id)
    except Experiment.DoesNotExist:
        raise not_found("experiment", experiment_id) from None
