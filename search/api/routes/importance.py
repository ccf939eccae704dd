"""Routes: permutation importance, asked for and shown."""

from django.db import transaction
from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from search.api.routes.experiments import experiment_or_404
from search.api.schemas.base import ExperimentId
from search.api.schemas.importance import ImportanceDocument
from search.selectors.importance_reports import importance_findings
from search.services.learning.importance import ask_for_importance
from search.tasks import nudge_importance

router = Router(tags=["experiments"])


@router.get(
    "/{experiment_id}/importance",
    response=ImportanceDocument,
    summary="Show what predicts fitness in an experiment",
)
def show_importance(request: HttpRequest, experiment_id: ExperimentId) -> ImportanceDocument:
    """Permutation importance of its networks' features and of the cell's edges, as it was worked out last."""
    return ImportanceDocument.of(importance_findings(experiment_or_404(experiment_id)))


@router.post(
    "/{experiment_id}/importance",
    response={202: ImportanceDocument},
    summary="Have it worked out what predicts fitness",
)
def work_out_importance(request: HttpRequest, experiment_id: ExperimentId) -> Status[ImportanceDocument]:
    """By a worker that learns, in some seconds: ask with `GET` until `waits` is false. What was found before stays."""
    experiment = experiment_or_404(experiment_id)
    with transaction.atomic():
        ask_for_importance(experiment_id=experiment_id)
        nudge_importance(experiment_id)
    return Status(202, ImportanceDocument.of(importance_findings(experiment)))
