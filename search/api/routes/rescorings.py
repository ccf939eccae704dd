"""Routes: the best of a search trained afresh, and what it reached."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router

from search import services
from search.api.problems import Problem, not_found
from search.api.routes.experiments import CONFLICTS, experiment_or_404
from search.api.schemas.base import ExperimentId
from search.api.schemas.experiments import ExperimentDocument
from search.api.schemas.rescorings import (
    RESCORING_EXAMPLES,
    RescoringCreate,
    RescoringDocument,
    RescoringQuery,
)
from search.models import Individual
from search.permissions import actor_of
from search.selectors import individual
from search.selectors.rescored import rescored
from search.tasks import nudge_experiment

router = Router(tags=["experiments"])


@router.get(
    "/{experiment_id}/rescorings",
    response=RescoringDocument,
    summary="Show what the best reached when it was trained afresh",
)
def show_rescorings(
    request: HttpRequest, experiment_id: ExperimentId, filters: Query[RescoringQuery]
) -> RescoringDocument:
    """A fitness that won because it was the highest owes part of itself to luck: this is what is left of it."""
    best = experiment_or_404(experiment_id).best
    if filters.step is not None:
        try:
            best = individual(experiment_id, filters.step)
        except Individual.DoesNotExist:
            raise not_found("individual", f"{filters.step} of experiment {experiment_id}") from None
    return RescoringDocument.of(best.step if best else None, best.fitness if best else None, rescored(best))


@router.post(
    "/{experiment_id}/rescorings",
    response={201: ExperimentDocument},
    summary="Train the best of a search afresh",
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": RESCORING_EXAMPLES}}}}
    | CONFLICTS,
)
def rescore_best(
    request: HttpRequest, experiment_id: ExperimentId, body: RescoringCreate, response: HttpResponse
) -> ExperimentDocument:
    """On the same images with fresh seeds, as an experiment of its own that is started at once; the search stays as it
    is. While one such experiment is under way, another one is refused."""
    try:
        with transaction.atomic():
            made = services.rescore_best(
                experiment_id=experiment_id,
                repeats=body.repeats,
                owner_id=actor_of(request).user_id,
                step=body.step,
            )
            nudge_experiment(made.pk)
    except services.NotFound as missing:
        experiment_or_404(experiment_id)
        raise not_found("individual", f"{body.step} of experiment {experiment_id}") from missing
    except services.Conflict as error:
        raise Problem("conflict", str(error), state=experiment_or_404(experiment_id).state) from None
    response.headers["Location"] = reverse("api:show_experiment", args=[made.pk])
    return ExperimentDocument.of(experiment_or_404(made.pk))
