"""Routes: checkpoints of running trainings."""

from typing import Any

from django.http import FileResponse, HttpRequest
from ninja import Router

from search.api.problems import not_found
from search.api.routes.evaluations import evaluation_or_404
from search.api.schemas.base import EvaluationId, RepeatNumber
from search.api.schemas.evaluations import CheckpointDocument, CheckpointList
from search.artifacts.checkpoints import kept_checkpoints, open_checkpoint

router = Router(tags=["evaluations"])
MEDIA_TYPE = "application/octet-stream"
_FILE: dict[str, Any] = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/{evaluation_id}/checkpoints", response=CheckpointList, summary="List the checkpoints of an evaluation"
)
def list_checkpoints(request: HttpRequest, evaluation_id: EvaluationId) -> CheckpointList:
    """Those in the folder NASWEB_CHECKPOINT_DIR as the web server sees it. A repeat that has ended leaves none."""
    row = evaluation_or_404(evaluation_id)
    return CheckpointList(items=[CheckpointDocument(**vars(kept)) for kept in kept_checkpoints(row)])


@router.get(
    "/{evaluation_id}/checkpoints/{repeat}",
    summary="Download a checkpoint",
    openapi_extra={"responses": {200: {"content": _FILE}}},
)
def download_checkpoint(
    request: HttpRequest, evaluation_id: EvaluationId, repeat: RepeatNumber
) -> FileResponse:
    """Weights, optimiser and random state after some step, as `torch.load` reads them."""
    row = evaluation_or_404(evaluation_id)
    try:
        file = open_checkpoint(row, repeat)
    except FileNotFoundError:  # the repeat ended meanwhile
        raise not_found("checkpoint", f"of repeat {repeat} of evaluation {evaluation_id}") from None
    return FileResponse(
        file, as_attachment=True, filename=f"evaluation-{evaluation_id}-repeat-{repeat}.checkpoint"
    )
