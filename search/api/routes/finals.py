"""Routes: final evaluations, the scores on the test set."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from django.http import FileResponse, HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from search import selectors, services
from search.api.creation import named_experiment
from search.api.error_answers import config_faults
from search.api.paging import PageQuery, find_page
from search.api.problems import Problem, all_invalid, invalid, not_found
from search.api.routes.experiments import CONFLICTS
from search.api.schemas.base import KEY_PATTERN, FinalId
from search.api.schemas.evolution_gain import FinalCostDocument
from search.api.schemas.finals import (
    CREATE_EXAMPLES,
    FinalCreate,
    FinalDocument,
    FinalPage,
    FinalRow,
    FinalsAsked,
    PackageDocument,
)
from search.artifacts.finals import package_file, package_state
from search.database.keyset import Order
from search.evolution.experiments.config import ConfigError
from search.evolution.finals.presets import FINAL_PRESETS
from search.evolution.genotypes.reference_cells import BASELINES
from search.models import Experiment, FinalEvaluation, Individual, WorkState
from search.permissions import actor_of
from search.selectors.evolution_gain import best_along
from search.selectors.final_cost import FinalCost, cost_of_baseline, cost_of_finals
from search.selectors.finals import best_individuals, final_by_id, final_runs, finals, summarise
from search.services.errors import Conflict, NotFound
from search.services.finals.asking import retry_final, stop_final
from search.services.finals.of_searches import ask_for_finals
from search.tasks import ask_for_package, nudge_final

router = Router(tags=["final evaluations"])
NOT_ONE = "give one of step, best for so many of the best networks, along for those of the gain, and baseline"
NOT_DONE = "Final evaluation {key} is {state}; only a done one can be packed."
NOTHING_DONE = "the experiment has no finished network yet"
ASKED = {"requestBody": {"content": {"application/json": {"examples": CREATE_EXAMPLES}}}} | CONFLICTS


class FinalQuery(PageQuery):
    """Which final evaluations to list."""

    phenotype_key: Annotated[str, Field(pattern=KEY_PATTERN)] | None = Field(
        default=None, description="Of this network"
    )


@router.get("", response=FinalPage, summary="List final evaluations")
def list_finals(request: HttpRequest, filters: Query[FinalQuery]) -> FinalPage:
    found = find_page(
        finals(phenotype_key=filters.phenotype_key), Order("id", tie="id", descending=True), filters
    )
    rows = [FinalRow.of(row, finished=row.finished, accuracy=row.mean) for row in found.rows]
    return FinalPage(items=rows, next_cursor=found.next_cursor)


@router.post(
    "",
    response={201: FinalsAsked},
    summary="Score networks on the test set",
    openapi_extra=ASKED,
)
def create_finals(request: HttpRequest, body: FinalCreate) -> Status[FinalsAsked]:
    """Each is trained on all training images and scored once a run on the test set, which no search reads. Asked for
    again, the same network under the same protocol is the same final evaluation."""
    ask = _networks(body)
    try:
        asked = ask(preset=body.preset, over=body.overrides, owner_id=actor_of(request).user_id)
    except ConfigError as error:
        raise all_invalid(config_faults(error, body.overrides, "overrides")) from None
    for row in asked:
        if row.state == WorkState.WAITING:
            nudge_final(row.pk)
    items = [_row(row) for row in asked]
    return Status(201, FinalsAsked(items=items))


@router.post(
    "/cost",
    response=FinalCostDocument,
    summary="Say what final evaluations would take",
    openapi_extra=ASKED,
)
def estimate_finals(request: HttpRequest, body: FinalCreate) -> FinalCostDocument:
    """Of the same document as `POST /finals`; nothing is stored."""
    try:
        return FinalCostDocument.of(_cost(body))
    except ConfigError as error:
        raise all_invalid(config_faults(error, body.overrides, "overrides")) from None


@router.get("/{final_id}", response=FinalDocument, summary="Show a final evaluation")
def show_final(request: HttpRequest, final_id: FinalId) -> FinalDocument:
    return _document(final_id)


@router.post(
    "/{final_id}/stop", response=FinalDocument, summary="Give up a final evaluation", openapi_extra=CONFLICTS
)
def stop_final_evaluation(request: HttpRequest, final_id: FinalId) -> FinalDocument:
    """Finished runs stay. A running one goes on until its worker's next sign of life."""
    return _change(final_id, stop_final)


@router.post(
    "/{final_id}/retry",
    response=FinalDocument,
    summary="Try a failed or stopped final evaluation again",
    openapi_extra=CONFLICTS,
)
def retry_final_evaluation(request: HttpRequest, final_id: FinalId) -> FinalDocument:
    """Finished runs stay."""
    document = _change(final_id, retry_final)
    nudge_final(final_id)
    return document


@router.post(
    "/{final_id}/package",
    response={202: PackageDocument},
    summary="Have the package to take away made",
    openapi_extra=CONFLICTS,
)
def make_package(request: HttpRequest, final_id: FinalId) -> Status[PackageDocument]:
    """A worker packs code, weights and model card, and runs the package by itself: only what prints the scores of this
    final evaluation again is offered."""
    row = final_or_404(final_id)
    if row.state != WorkState.DONE:
        raise Problem("conflict", NOT_DONE.format(key=final_id, state=row.state), state=row.state)
    ask_for_package(final_id)
    return Status(202, _package(row))


@router.get("/{final_id}/package", response=PackageDocument, summary="Show whether there is a package")
def show_package(request: HttpRequest, final_id: FinalId) -> PackageDocument:
    return _package(final_or_404(final_id))


@router.get(
    "/{final_id}/package.zip",
    summary="Take the network away: code, weights, scores and model card",
    openapi_extra={
        "responses": {
            200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
        }
    },
)
def download_package(request: HttpRequest, final_id: FinalId) -> FileResponse:
    """`python network.py --evaluate --data FOLDER` in it prints the scores again."""
    row = final_or_404(final_id)
    path = package_file(phenotype_key=row.phenotype_key, protocol_key=row.protocol_key)
    if _package(row).state != "ready":
        raise not_found("package", f"of final evaluation {final_id}")
    name = f"network-{row.phenotype_key[:8]}.zip"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")


def _package(row: FinalEvaluation) -> PackageDocument:
    found = package_state(phenotype_key=row.phenotype_key, protocol_key=row.protocol_key, runs=row.runs)
    if found is None:
        return PackageDocument(state="none", bytes=0, problem="", left_out={})
    state: Literal["ready", "refused"] = "refused" if found.problem else "ready"
    return PackageDocument(
        state=state, bytes=found.bytes, problem=found.problem, left_out=dict(found.left_out)
    )


def _row(row: FinalEvaluation) -> FinalRow:
    runs = final_runs(row)
    summary = summarise(row, runs)
    return FinalRow.of(row, finished=len(runs), accuracy=summary.mean if summary else None)


def _networks(body: FinalCreate) -> Callable[..., list[FinalEvaluation]]:
    """Asks for the final evaluations of what the body names."""
    experiment = named_experiment("experiment_id", body.experiment_id)
    _check(body)
    if body.baseline is None:
        return partial(ask_for_finals, _individuals(body, experiment))
    ask = partial(services.ask_for_baseline, experiment, baseline=body.baseline)
    return lambda **wanted: [ask(**wanted)]


def _check(body: FinalCreate) -> None:
    """One way of naming networks, and known names."""
    if [body.step, body.best, body.along, body.baseline].count(None) != 3:
        raise invalid("body", "step", NOT_ONE, body.step)
    if body.preset not in FINAL_PRESETS:
        raise invalid("body", "preset", f"unknown; use one of {', '.join(FINAL_PRESETS)}", body.preset)
    if body.baseline is not None and body.baseline not in BASELINES:
        raise invalid("body", "baseline", f"unknown; use one of {', '.join(BASELINES)}", body.baseline)


def _cost(body: FinalCreate) -> FinalCost:
    experiment = named_experiment("experiment_id", body.experiment_id)
    _check(body)
    if body.baseline is not None:
        return cost_of_baseline(experiment, baseline=body.baseline, preset=body.preset, over=body.overrides)
    return cost_of_finals(_individuals(body, experiment), preset=body.preset, over=body.overrides)


def _individuals(body: FinalCreate, experiment: Experiment) -> list[Individual]:
    if body.step is not None:
        try:
            return [selectors.individual(experiment.pk, body.step)]
        except Individual.DoesNotExist:
            raise invalid(
                "body", "step", f"no such individual of experiment {experiment.pk}", body.step
            ) from None
    if body.along is not None:
        found = best_along(experiment, body.along)
    else:
        found = best_individuals(experiment, body.best or 1)
    if not found:
        raise Problem("conflict", NOTHING_DONE, state=experiment.state)
    return found


def _change(final_id: int, service: Callable[..., FinalEvaluation]) -> FinalDocument:
    try:
        service(final_id=final_id)
    except NotFound:
        raise not_found("final evaluation", final_id) from None
    except Conflict as error:
        raise Problem("conflict", str(error), state=_document(final_id).state) from None
    return _document(final_id)


def final_or_404(final_id: int) -> FinalEvaluation:
    try:
        return final_by_id(final_id)
    except FinalEvaluation.DoesNotExist:
        raise not_found("final evaluation", final_id) from None


def _document(final_id: int) -> FinalDocument:
    row = final_or_404(final_id)
    runs = final_runs(row)
    return FinalDocument.of_one(row, runs, summarise(row, runs))
