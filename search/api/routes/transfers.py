"""Routes: export and import of whole experiments."""

import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from ninja import Router

from search.api.problems import Problem, invalid
from search.api.routes.experiments import CONFLICTS, experiment_or_404
from search.api.schemas.base import ExperimentId, IdempotencyKey
from search.api.schemas.transfers import ImportedExperiment
from search.api.uploads import GZIP, JSON_LINES, received
from search.evolution.experiments.presets import PRESETS
from search.models import Experiment
from search.permissions import actor_of
from search.selectors.archive import EXPERIMENT, FORMAT, VERSION, archive_name, experiment_file
from search.services import importing
from search.services.errors import Conflict
from search.tasks import nudge_experiment

router = Router(tags=["experiments"])
_BINARY: dict[str, Any] = {"type": "string", "format": "binary"}


def _example() -> str:
    """The file of a draft."""
    preset = PRESETS["quick"]
    draft = Experiment(
        name=preset.title,
        config=preset.config.to_json(),
        individuals_planned=preset.config.budget.individuals,
        created_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    )
    nothing = dict.fromkeys(("genotypes", "evaluations", "records", "individuals"), 0)
    lines = (
        {"nasweb": FORMAT, "version": VERSION},
        {"experiment": EXPERIMENT.values(draft) | {"best": None}},
        {"end": nothing},
    )
    return "".join(json.dumps(line) + "\n" for line in lines)


@router.post(
    "/import",
    response={201: ImportedExperiment},
    summary="Import an experiment",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                GZIP: {"schema": _BINARY},
                JSON_LINES: {"schema": _BINARY, "examples": {"a draft": {"value": _example()}}},
            },
        },
        **CONFLICTS,
    },
)
def import_experiment(
    request: HttpRequest, response: HttpResponse, idempotency_key: IdempotencyKey = None
) -> ImportedExperiment:
    """The body is the file that an export gave, here or on another installation, packed or not. It is checked whole
    before the experiment is stored, which then is there with everything or not at all; a search that was running
    is paused and can be resumed. Fitness that is here already stays as it is."""
    actor = actor_of(request)
    with received(request) as file:
        try:
            done = importing.import_experiment(
                file=file, owner_id=actor.user_id, caller=actor.caller, key=idempotency_key or ""
            )
        except importing.BadFile as error:
            raise invalid("body", f"line {error.line}" if error.line else "", str(error)) from None
        except Conflict as error:
            raise Problem("conflict", str(error)) from None
    for experiment_id in done.advance:
        nudge_experiment(experiment_id)
    response.headers["Location"] = reverse("api:show_experiment", args=[done.experiment_id])
    return ImportedExperiment.of(experiment_or_404(done.experiment_id), done)


@router.get(
    "/{experiment_id}/export",
    summary="Export a whole experiment",
    openapi_extra={"responses": {200: {"content": {GZIP: {"schema": _BINARY}}}}},
)
def export_experiment(request: HttpRequest, experiment_id: ExperimentId) -> StreamingHttpResponse:
    """Everything about it as gzip over JSON lines, streamed, as it is at one moment: what an import takes in on
    another installation with nothing lost. `search/selectors/archive/layout.py` describes the format."""
    experiment_or_404(experiment_id)
    response = StreamingHttpResponse(experiment_file(experiment_id), content_type=GZIP)
    response.headers["Content-Disposition"] = f'attachment; filename="{archive_name(experiment_id)}"'
    return response
