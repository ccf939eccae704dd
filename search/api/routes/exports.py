"""Individuals as files: CSV for tables, JSON lines for scripts."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router

from search.api.exports import COLUMNS, csv_lines, json_lines
from search.api.filters import IndividualFilter, filtered_rows
from search.api.schemas.base import ExperimentId
from search.api.schemas.individuals import EXAMPLE_ROW

router = Router(tags=["individuals"])
CSV_EXAMPLE = ",".join(COLUMNS) + "\r\n"
JSON_EXAMPLE = json.dumps(EXAMPLE_ROW) + "\n"


def as_file(media_type: str, example: str) -> dict[str, Any]:
    """For the OpenAPI document: an answer that is no JSON."""
    return {"responses": {200: {"content": {media_type: {"schema": {"type": "string"}, "example": example}}}}}


@router.get(
    "/{experiment_id}/individuals.csv",
    summary="Export individuals as CSV",
    openapi_extra=as_file("text/csv", CSV_EXAMPLE),
)
def export_csv(
    request: HttpRequest, experiment_id: ExperimentId, filters: Query[IndividualFilter]
) -> StreamingHttpResponse:
    """All that the filters let through, in order of step, streamed. The first line names the columns."""
    return _file(experiment_id, csv_lines(filtered_rows(experiment_id, filters)), "text/csv", "csv")


@router.get(
    "/{experiment_id}/individuals.jsonl",
    summary="Export individuals as JSON lines",
    openapi_extra=as_file("application/jsonl", JSON_EXAMPLE),
)
def export_json_lines(
    request: HttpRequest, experiment_id: ExperimentId, filters: Query[IndividualFilter]
) -> StreamingHttpResponse:
    """All that the filters let through, in order of step, streamed. Each line is an individual with its genotype."""
    lines = json_lines(filtered_rows(experiment_id, filters))
    return _file(experiment_id, lines, "application/jsonl", "jsonl")


def _file(experiment_id: int, lines: Iterator[str], media_type: str, ending: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="experiment-{experiment_id}.{ending}"'
    return response
