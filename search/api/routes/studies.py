"""Routes: studies, several searches that answer one question together."""

from collections.abc import Callable

from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status

from search.api.error_answers import config_faults
from search.api.paging import PageQuery, find_page
from search.api.problems import Problem, all_invalid, invalid, not_found
from search.api.routes.experiments import CONFLICTS
from search.api.schemas.base import StudyId
from search.api.schemas.studies import (
    CREATE_EXAMPLES,
    StudyCostDocument,
    StudyCreate,
    StudyDocument,
    StudyKindDocument,
    StudyKindList,
    StudyPage,
    StudyRow,
)
from search.database.keyset import Order
from search.evolution.experiments.config import ConfigError
from search.evolution.studies.records import StudyCell
from search.evolution.studies.rows import STUDY_KINDS, study_cells, study_settings
from search.models import Study
from search.permissions import actor_of
from search.selectors.studies import studies, study_by_id, study_results
from search.selectors.study_cost import study_cost
from search.services.errors import Conflict, NotFound
from search.services.studies.controls import pause_study, resume_study, stop_study
from search.services.studies.launching import create_study as create
from search.tasks import nudge_experiment, nudge_study

router = Router(tags=["studies"])
BODY = {"requestBody": {"content": {"application/json": {"examples": CREATE_EXAMPLES}}}}


@router.get("", response=StudyPage, summary="List studies")
def list_studies(request: HttpRequest, filters: Query[PageQuery]) -> StudyPage:
    found = find_page(studies(), Order("id", tie="id", descending=True), filters)
    return StudyPage(items=[StudyRow.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/kinds", response=StudyKindList, summary="List kinds of studies")
def list_study_kinds(request: HttpRequest) -> StudyKindList:
    return StudyKindList(items=[StudyKindDocument.of(row) for row in STUDY_KINDS.values()])


@router.post("/cost", response=StudyCostDocument, summary="Say what a study would take", openapi_extra=BODY)
def estimate_study(request: HttpRequest, body: StudyCreate) -> StudyCostDocument:
    """Nothing is stored."""
    return StudyCostDocument.of(study_cost(_cells(body)))


@router.post("", response={201: StudyRow}, summary="Start a study", openapi_extra=BODY | CONFLICTS)
def create_study(request: HttpRequest, body: StudyCreate) -> Status[StudyRow]:
    """All its cells; each is an ordinary experiment, and its best network is scored on the test set."""
    _cells(body)
    study = create(kind=body.kind, settings=body.told(), title=body.title, owner_id=actor_of(request).user_id)
    nudge_study(study.pk)
    return Status(201, StudyRow.of(study_by_id(study.pk)))


@router.get("/{study_id}", response=StudyDocument, summary="Show a study")
def show_study(request: HttpRequest, study_id: StudyId) -> StudyDocument:
    study = _study(study_id)
    return StudyDocument.of_one(study, study_results(study))


@router.post("/{study_id}/pause", response=StudyRow, summary="Pause a study", openapi_extra=CONFLICTS)
def pause_study_and_searches(request: HttpRequest, study_id: StudyId) -> StudyRow:
    """Its running searches pause with it."""
    return _change(study_id, lambda: pause_study(study_id=study_id))


@router.post("/{study_id}/resume", response=StudyRow, summary="Resume a study", openapi_extra=CONFLICTS)
def resume_study_and_searches(request: HttpRequest, study_id: StudyId) -> StudyRow:
    """With the searches that paused with it."""

    def act() -> None:
        for experiment_id in resume_study(study_id=study_id)[1]:
            nudge_experiment(experiment_id)
        nudge_study(study_id)

    return _change(study_id, act)


@router.post("/{study_id}/stop", response=StudyRow, summary="Stop a study", openapi_extra=CONFLICTS)
def stop_study_and_searches(request: HttpRequest, study_id: StudyId) -> StudyRow:
    """For good, with its searches; what was measured stays."""
    return _change(study_id, lambda: stop_study(study_id=study_id))


def _cells(body: StudyCreate) -> list[StudyCell]:
    if body.kind not in STUDY_KINDS:
        raise invalid("body", "kind", f"unknown; use one of {', '.join(STUDY_KINDS)}", body.kind)
    told = body.told()
    try:
        return study_cells(body.kind, study_settings(body.kind, told))
    except ConfigError as error:
        raise all_invalid(config_faults(error, told, "settings")) from None


def _study(study_id: int) -> Study:
    try:
        return study_by_id(study_id)
    except Study.DoesNotExist:
        raise not_found("study", study_id) from None


def _change(study_id: int, act: Callable[[], object]) -> StudyRow:
    try:
        act()
    except NotFound:
        raise not_found("study", study_id) from None
    except Conflict as error:
        raise Problem("conflict", str(error), state=_study(study_id).state) from None
    return StudyRow.of(_study(study_id))
