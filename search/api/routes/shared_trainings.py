"""Routes: shared trainings, whose weights score any network of a space."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router
from ninja.responses import Status

from search.api.error_answers import config_faults
from search.api.paging import PageQuery, find_page
from search.api.problems import Problem, all_invalid, not_found
from search.api.routes.experiments import CONFLICTS, experiment_or_404
from search.api.schemas.base import SharedTrainingId
from search.api.schemas.experiments import ExperimentDocument
from search.api.schemas.shared_trainings import (
    CREATE_EXAMPLES,
    ESTIMATE_EXAMPLES,
    RETRAIN_EXAMPLES,
    SEARCH_EXAMPLES,
    RetrainBest,
    SearchWithWeights,
    SharedTrainingCreate,
    SharedTrainingDocument,
    SharedTrainingDraft,
    SharedTrainingEstimate,
    SharedTrainingPage,
    SharedTrainingRow,
)
from search.artifacts.stored import artifact_file
from search.database.keyset import Order
from search.evolution.experiments.config import ConfigError
from search.evolution.experiments.shared_trainings import SharedTraining, shared_training
from search.models import Artifact, Experiment, WorkState
from search.permissions import actor_of
from search.selectors.shared_trainings import (
    agreement,
    searches_with,
    shared_training_by_id,
    shared_trainings,
)
from search.services.artifacts import asking
from search.services.artifacts.starting import counted, start_shared_training, why_it_cannot_fit
from search.services.errors import Conflict, NotFound
from search.services.proposing.shared_weights import retrain_best, search_with_weights
from search.tasks import nudge_artifact, nudge_experiment

router = Router(tags=["shared trainings"])
_FILE: dict[str, Any] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
NO_WEIGHTS = "of shared training {key}, which has left none on this machine yet"


def _examples(of_bodies: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"examples": of_bodies}}}}


@router.get("", response=SharedTrainingPage, summary="List shared trainings")
def list_shared_trainings(request: HttpRequest, filters: Query[PageQuery]) -> SharedTrainingPage:
    found = find_page(shared_trainings(), Order("id", tie="id", descending=True), filters)
    return SharedTrainingPage(
        items=[SharedTrainingRow.of(row) for row in found.rows], next_cursor=found.next_cursor
    )


@router.post(
    "",
    response={201: SharedTrainingDocument},
    summary="Train shared weights",
    openapi_extra=_examples(CREATE_EXAMPLES) | CONFLICTS,
)
def create_shared_training(
    request: HttpRequest, body: SharedTrainingCreate, response: HttpResponse
) -> Status[SharedTrainingDocument]:
    """One supernet is trained for all networks of a space. The same document again is the same shared training. What
    no worker's memory can hold is refused with the numbers."""
    config = _config(body.document)
    try:
        row, _ = start_shared_training(
            config=config,
            name=body.name,
            retrain_best=body.retrain_best,
            owner_id=actor_of(request).user_id,
        )
    except Conflict as refusal:
        raise Problem("conflict", str(refusal), state="too large") from None
    if row.state == WorkState.WAITING:
        nudge_artifact(row.pk)
    response.headers["Location"] = reverse("api:show_shared_training", args=[row.pk])
    return Status(201, _document(row.pk))


@router.post(
    "/estimate",
    response=SharedTrainingEstimate,
    summary="Count weights and memory of a shared training",
    openapi_extra=_examples(ESTIMATE_EXAMPLES),
)
def estimate_shared_training(request: HttpRequest, body: SharedTrainingDraft) -> SharedTrainingEstimate:
    """Before it starts; stores nothing."""
    config = _config(body.document)
    wanted = counted(config)
    return SharedTrainingEstimate.of(wanted, why_it_cannot_fit(config, wanted))


@router.get("/{training_id}", response=SharedTrainingDocument, summary="Show a shared training")
def show_shared_training(request: HttpRequest, training_id: SharedTrainingId) -> SharedTrainingDocument:
    """With every epoch, the networks that it scored, and how well they agree with training from scratch."""
    return _document(training_id)


@router.post(
    "/{training_id}/pause",
    response=SharedTrainingDocument,
    summary="Pause a shared training",
    openapi_extra=CONFLICTS,
)
def pause_shared_training(request: HttpRequest, training_id: SharedTrainingId) -> SharedTrainingDocument:
    """Whoever trains it saves its state and lets go; nothing is lost."""
    return _change(training_id, asking.pause_artifact)


@router.post(
    "/{training_id}/resume",
    response=SharedTrainingDocument,
    summary="Resume a shared training",
    openapi_extra=CONFLICTS,
)
def resume_shared_training(request: HttpRequest, training_id: SharedTrainingId) -> SharedTrainingDocument:
    """It goes on where it was."""
    return _change(training_id, asking.resume_artifact, sends=True)


@router.post(
    "/{training_id}/stop",
    response=SharedTrainingDocument,
    summary="Give up a shared training",
    openapi_extra=CONFLICTS,
)
def stop_shared_training(request: HttpRequest, training_id: SharedTrainingId) -> SharedTrainingDocument:
    """Networks that wait for its weights fail."""
    return _change(training_id, asking.stop_artifact)


@router.post(
    "/{training_id}/retry",
    response=SharedTrainingDocument,
    summary="Try a failed or stopped shared training again",
    openapi_extra=CONFLICTS,
)
def retry_shared_training(request: HttpRequest, training_id: SharedTrainingId) -> SharedTrainingDocument:
    """From its last saved state, with all its attempts."""
    return _change(training_id, asking.retry_artifact, sends=True)


@router.get(
    "/{training_id}/weights.pt",
    summary="Take the shared weights away",
    openapi_extra={"responses": {200: {"content": _FILE}}},
)
def download_shared_weights(request: HttpRequest, training_id: SharedTrainingId) -> FileResponse:
    """As `torch.load` reads them: the document and the state of the supernet."""
    row = training_or_404(training_id)
    try:
        file = artifact_file(row.key).open("rb")
    except FileNotFoundError:
        raise not_found("weights", NO_WEIGHTS.format(key=training_id)) from None
    name = f"shared-training-{training_id}.pt"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")


@router.post(
    "/{training_id}/retrain",
    response={201: ExperimentDocument},
    summary="Train its best networks from scratch",
    openapi_extra=_examples(RETRAIN_EXAMPLES) | CONFLICTS,
)
def retrain_best_networks(
    request: HttpRequest, training_id: SharedTrainingId, body: RetrainBest
) -> ExperimentDocument:
    """In one experiment, beside one random network; asked for again it is the same one."""
    owner = actor_of(request).user_id
    return _made(training_id, lambda row: retrain_best(artifact=row, count=body.best, owner_id=owner))


@router.post(
    "/{training_id}/searches",
    response={201: ExperimentDocument},
    summary="Search with the shared weights",
    openapi_extra=_examples(SEARCH_EXAMPLES) | CONFLICTS,
)
def search_with_shared_weights(
    request: HttpRequest, training_id: SharedTrainingId, body: SearchWithWeights
) -> ExperimentDocument:
    """Its networks are scored with the shared weights, which takes seconds; their fitness is no other search's. They
    wait until the weights are there."""
    owner = actor_of(request).user_id
    return _made(
        training_id,
        lambda row: search_with_weights(
            artifact=row, individuals=body.individuals, strategy=body.strategy, owner_id=owner
        ),
    )


def training_or_404(training_id: int) -> Artifact:
    try:
        return shared_training_by_id(training_id)
    except Artifact.DoesNotExist:
        raise not_found("shared training", training_id) from None


def _config(document: dict[str, Any]) -> SharedTraining:
    try:
        return shared_training(document)
    except ConfigError as error:
        raise all_invalid(config_faults(error, document, "document")) from None


def _change(
    training_id: int, service: Callable[..., object], *, sends: bool = False
) -> SharedTrainingDocument:
    try:
        changed = service(artifact_id=training_id)
    except NotFound:
        raise not_found("shared training", training_id) from None
    except Conflict as error:
        raise Problem("conflict", str(error), state=training_or_404(training_id).state) from None
    if sends:
        nudge_artifact(training_id)
    if isinstance(changed, list):  # experiments whose networks will never be scored
        for experiment_id in changed:
            nudge_experiment(experiment_id)
    return _document(training_id)


def _made(training_id: int, make: Callable[[Artifact], Experiment]) -> ExperimentDocument:
    row = training_or_404(training_id)
    try:
        with transaction.atomic():
            made = make(row)
            nudge_experiment(made.pk)
    except Conflict as error:
        raise Problem("conflict", str(error), state=row.state) from None
    return ExperimentDocument.of(experiment_or_404(made.pk))


def _document(training_id: int) -> SharedTrainingDocument:
    row = training_or_404(training_id)
    return SharedTrainingDocument.of_one(row, agreement(row), searches_with(row))
