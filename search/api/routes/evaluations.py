"""Routes: evaluations with learning curves and logs; retry and cancel."""

from collections.abc import Callable
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from search import selectors, services
from search.api.paging import PageQuery, find_page
from search.api.problems import Problem, not_found
from search.api.schemas.base import KEY_PATTERN, EvaluationId, Whole
from search.api.schemas.curves import LearningCurves, LearningPoint, RepeatCurve
from search.api.schemas.evaluations import EvaluationDocument, EvaluationLog, EvaluationPage, EvaluationRow
from search.api.schemas.individuals import WorkState
from search.database.keyset import Order
from search.models import Evaluation
from search.selectors import lists
from search.tasks import nudge_experiment

router = Router(tags=["evaluations"])
CONFLICTS = {"x-errors": [409]}
Key = Annotated[str, Field(pattern=KEY_PATTERN)]


class EvaluationQuery(PageQuery):
    """Which evaluations to list."""

    order: Literal["id", "-id"] = Field(default="-id", description="By number; - is newest first")
    state: list[WorkState] = Field(default=[], description="Any of these; may stand more than once")
    phenotype_key: Key | None = Field(default=None, description="Of this network")
    protocol_key: Key | None = Field(default=None, description="Under this protocol")
    experiment_id: Whole | None = Field(default=None, description="Asked for by this experiment")


@router.get("", response=EvaluationPage, summary="List evaluations")
def list_evaluations(request: HttpRequest, filters: Query[EvaluationQuery]) -> EvaluationPage:
    rows = lists.evaluation_rows(
        states=filters.state,
        phenotype_key=filters.phenotype_key,
        protocol_key=filters.protocol_key,
        experiment_id=filters.experiment_id,
    )
    found = find_page(rows, Order("id", tie="id", descending=filters.order == "-id"), filters)
    return EvaluationPage(items=[EvaluationRow.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{evaluation_id}", response=EvaluationDocument, summary="Show an evaluation")
def show_evaluation(request: HttpRequest, evaluation_id: EvaluationId) -> EvaluationDocument:
    return _document(evaluation_id)


@router.get("/{evaluation_id}/curves", response=LearningCurves, summary="Show the learning curves")
def show_learning_curves(request: HttpRequest, evaluation_id: EvaluationId) -> LearningCurves:
    row = evaluation_or_404(evaluation_id)
    return LearningCurves(
        state=row.state,
        progress=row.progress,
        repeats=[
            RepeatCurve(
                repeat=record.repeat,
                accuracy=record.accuracy,
                points=[LearningPoint.of(point) for point in record.curve],
            )
            for record in selectors.fitness_records(evaluation_id)
        ],
        live=[LearningPoint.of(point) for point in row.live_curve],
    )


@router.get("/{evaluation_id}/log", response=EvaluationLog, summary="Show the log of a failed evaluation")
def show_evaluation_log(request: HttpRequest, evaluation_id: EvaluationId) -> EvaluationLog:
    row = evaluation_or_404(evaluation_id)
    return EvaluationLog(id=row.pk, reason=row.reason, log=row.log)


@router.post(
    "/{evaluation_id}/retry",
    response=EvaluationDocument,
    summary="Try a failed or cancelled evaluation again",
    openapi_extra=CONFLICTS,
)
def retry_evaluation(request: HttpRequest, evaluation_id: EvaluationId) -> EvaluationDocument:
    """Finished repeats stay. Its individuals wait again, and a finished experiment runs again."""
    return _change(evaluation_id, services.retry_evaluation)


@router.post(
    "/{evaluation_id}/cancel",
    response=EvaluationDocument,
    summary="Give up a waiting or running evaluation",
    openapi_extra=CONFLICTS,
)
def cancel_evaluation(request: HttpRequest, evaluation_id: EvaluationId) -> EvaluationDocument:
    """A running one goes on until its worker's next sign of life."""
    return _change(evaluation_id, services.cancel_evaluation)


def _change(evaluation_id: int, service: Callable[..., list[int]]) -> EvaluationDocument:
    try:
        experiments = service(evaluation_id=evaluation_id)
    except services.NotFound:
        raise not_found("evaluation", evaluation_id) from None
    except services.Conflict as error:
        now = evaluation_or_404(evaluation_id)
        raise Problem("conflict", str(error), state=now.state) from None
    for experiment_id in experiments:
        nudge_experiment(experiment_id)
    return _document(evaluation_id)


def _document(evaluation_id: int) -> EvaluationDocument:
    row = evaluation_or_404(evaluation_id)
    return EvaluationDocument.of_one(row, selectors.fitness_records(evaluation_id))


def evaluation_or_404(evaluation_id: int) -> Evaluation:
    try:
        return selectors.evaluation_by_id(evaluation_id)
    except Evaluation.DoesNotExist:
        raise not_found("evaluation", evaluation_id) from None
