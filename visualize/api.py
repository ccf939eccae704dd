"""API routes for what is drawn: genotypes as files, and the report of an experiment."""

import re
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import Field

from search.api.problems import Problem, invalid, not_found
from search.api.routes.experiments import experiment_or_404
from search.api.routes.genotypes import genotype_or_404
from search.api.schemas.base import ExperimentId, GenotypeKey
from search.evolution.genotypes.genotype import Genotype, GenotypeError
from search.evolution.networks.assembly import Infeasible
from visualize.drawings import Drawing, TooLarge, flattened_drawing, motif_drawing
from visualize.drawings.flattened import FLATTENED
from visualize.pages.report.page import REPORT_POLICY, report_html
from visualize.render import DrawingFailed, DrawingPostponed, picture_file, svg_file
from visualize.render.standalone import SVG_POLICY
from visualize.style.palette import Theme

router = Router(tags=["drawings"])
reports = Router(tags=["experiments"])

MEDIA_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "dot": "text/vnd.graphviz",
}
_MOTIF = re.compile(r"L(\d{1,2})-M(\d{1,2})", re.ASCII)

Name = Annotated[
    str,
    Path(
        ...,
        pattern=r"^(flattened|flattened-reduction|L[0-9]{1,2}-M[0-9]{1,2})$",
        description="A motif by level and slot, such as L2-M3 (the cell is the one of the top level, of a pair "
        "slot 2 the reduction cell), or flattened, or flattened-reduction",
        example="flattened",
    ),
]
Ending = Annotated[
    Literal["svg", "png", "pdf", "dot"], Path(..., description="What to draw it as", example="svg")
]
_FILES: dict[str, Any] = {
    media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES.values()
}


@reports.get(
    "/{experiment_id}/report.html",
    summary="Report an experiment as one HTML file",
    openapi_extra={
        "responses": {
            200: {"content": {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html>"}}}
        }
    },
)
def report_experiment(request: HttpRequest, experiment_id: ExperimentId) -> HttpResponse:
    """Curves, the best networks level by level, the lineage of the best and the configuration. The file opens without
    a server and asks for nothing."""
    content = report_html(experiment_or_404(experiment_id))
    response = HttpResponse(content, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = REPORT_POLICY
    response.headers["Content-Disposition"] = f'attachment; filename="experiment-{experiment_id}.html"'
    return response


@router.get(
    "/{key}/drawings/{name}.{ending}",
    summary="Draw a motif of a genotype, or its flattened network",
    openapi_extra={"responses": {200: {"content": _FILES}}},
)
def draw_genotype(
    request: HttpRequest,
    key: GenotypeKey,
    name: Name,
    ending: Ending,
    theme: Annotated[Theme, Field(description="For a light or a dark background")] = "light",
) -> HttpResponse:
    """SVG with its style inside, PNG, PDF, or DOT for Graphviz. What is too large to be drawn is refused."""
    row = genotype_or_404(key)
    subject = Genotype.of_row(row)
    try:
        drawing = _drawing(subject, name, None if ending == "svg" else theme)
        content = _content(drawing, ending, theme)
    except DrawingPostponed as refusal:
        raise Problem("busy", str(refusal), headers={"Retry-After": "3"}) from None
    except (TooLarge, DrawingFailed, Infeasible) as refusal:
        raise invalid("path", "name", str(refusal), name) from None
    response = HttpResponse(content, content_type=MEDIA_TYPES[ending])
    response.headers["Content-Security-Policy"] = SVG_POLICY
    return response


def _drawing(subject: Genotype, name: str, ink: Theme | None) -> Drawing:
    match = _MOTIF.fullmatch(name)
    if match is None:
        cell = next(slot for slot, file in FLATTENED.items() if file == name)
        if cell not in subject.space.cell_slots:
            raise _no_such(subject, name)
        return flattened_drawing(subject, cell, ink=ink)
    try:
        return motif_drawing(subject, int(match[1]), int(match[2]), ink=ink)
    except (GenotypeError, ValueError):
        raise _no_such(subject, name) from None


def _no_such(subject: Genotype, name: str) -> Problem:
    return not_found("drawing", f"{name} of this genotype; its cell is L{subject.space.top}-M1")


def _content(drawing: Drawing, ending: str, theme: Theme) -> bytes:
    if ending == "svg":
        return svg_file(drawing, theme).encode()
    if ending == "dot":
        return drawing.source.encode()
    return picture_file(drawing, "png" if ending == "png" else "pdf")
