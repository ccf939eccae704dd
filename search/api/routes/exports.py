"""Routes: individuals as CSV, JSON lines or Parquet."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router
from pydantic import Field

from search.api.exports import COLUMNS, csv_lines, json_lines, parquet_pieces
from search.api.filters import IndividualFilter, filtered_rows
from search.api.schemas.base import ExperimentId, Flag
from search.api.schemas.individuals import EXAMPLE_ROW

router = Router(tags=["individuals"])
BYTE_ORDER_MARK = "\ufeff"
PARQUET = "application/vnd.apache.parquet"
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
    request: HttpRequest,
    experiment_id: ExperimentId,
    filters: Query[IndividualFilter],
    spreadsheet: Annotated[
        Flag, Field(description="Begin with a byte order mark, without which Excel reads no UTF-8")
    ] = False,
) -> StreamingHttpResponse:
    """All that the filters let through, in order of step, streamed. The first line names the columns."""
    lines = csv_lines(filtered_rows(experiment_id, filters))
    return _file(experiment_id, chain([BYTE_ORDER_MARK], lines) if spreadsheet else lines, "text/csv", "csv")


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


@router.get(
    "/{experiment_id}/individuals.parquet",
    summary="Export individuals as Parquet",
    openapi_extra={
        "responses": {200: {"content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def export_parquet(
    request: HttpRequest, experiment_id: ExperimentId, filters: Query[IndividualFilter]
) -> StreamingHttpResponse:
    """The columns of the CSV with their types, for pandas, DuckDB, Spark and the like; streamed."""
    pieces = parquet_pieces(filtered_rows(experiment_id, filters))
    return _file(experiment_id, pieces, PARQUET, "parquet")


def _file(
    experiment_id: int, pieces: Iterator[str] | Iterator[bytes], media_type: str, ending: str
) -> StreamingHttpResponse:
    charset = "; charset=utf-8" if media_type != PARQUET else ""
    response = StreamingHttpResponse(pieces, content_type=media_type + charset)
    response.headers["Content-Disposition"] = f'attachment; filename="experiment-{experiment_id}.{ending}"'
    return response
