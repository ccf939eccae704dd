"""Routes: curve deltas of an experiment, and long polling for its end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from search import selectors
from search.api.problems import Problem, invalid
from search.api.routes.experiments import experiment_or_404
from search.api.schemas.base import Count, ExperimentId
from search.api.schemas.curves import CurveDelta, Point
from search.api.schemas.experiments import ENDED, ExperimentSummary, Waited
from search.api.shared_polling import POLL_SECONDS, ExperimentStatus, poller
from search.models import Experiment
from search.selectors.curve_deltas import BadCursor, curve_delta
from search.selectors.experiments import CurvePoint

router = Router(tags=["experiments"])

MOST_POINTS, USUAL_POINTS = 10_000, 5_000
LONGEST_WAIT = 25
"""Seconds: below the 30 after which proxies and servers commonly give a request up."""
MOST_WAITING = 3
"""Requests that may wait at once in one process: the others' threads stay free for pages."""

waiters = threading.BoundedSemaphore(MOST_WAITING)

After = Annotated[
    str,
    Field(max_length=40, pattern=r"^[0-9.]*$", description="`cursor` of the last answer; empty: everything"),
]


@router.get("/{experiment_id}/curves", response=CurveDelta, summary="What has finished since a cursor")
def show_curves(
    request: HttpRequest,
    experiment_id: ExperimentId,
    after: After = "",
    limit: Annotated[
        Count, Field(ge=1, le=MOST_POINTS, description="Completions in one answer")
    ] = USUAL_POINTS,
) -> CurveDelta:
    """Begin without a cursor, hand back the one that comes, and add what is new to what you have."""
    experiment = experiment_or_404(experiment_id)  # first: what ends meanwhile comes with the next answer
    try:
        delta = curve_delta(experiment, after, limit=limit)
    except BadCursor:
        raise invalid(
            "query", "after", "is no cursor of these curves; give `cursor` of the last answer", after
        ) from None
    points: list[Point] = [
        (row.step, row.fitness, row.parameters, row.completion, "done") for row in delta.points
    ]
    points += [(step, None, parameters, None, "failed") for step, parameters in delta.failed]
    return CurveDelta(
        cursor=str(delta.cursor),
        anew=delta.anew,
        state=experiment.state,
        open=experiment.state not in ENDED,
        more=delta.more,
        points=points,
        best=_rises(delta.points, experiment, delta.since.completions),
    )


def _rises(new: list[CurvePoint], experiment: Experiment, seen: int) -> list[tuple[int, float]]:
    """(step, best so far) where it rose; the answer before ended with what is compared with first."""
    before = selectors.curve_points(experiment.pk, after=seen - 2, limit=1) if new and seen else []
    best = before[0].best if before else -1.0
    rises = []
    for point in new:
        if point.best > best:
            best = point.best
            rises.append((point.step, best))
    return rises


@router.get(
    "/{experiment_id}/wait",
    response=Waited,
    summary="Wait until an experiment has ended",
    openapi_extra={"x-errors": [429]},
)
def wait_for_experiment(
    request: HttpRequest,
    experiment_id: ExperimentId,
    seconds: Annotated[Count, Field(ge=0, le=LONGEST_WAIT, description="Longest wait")] = 20,
    until: Annotated[
        Literal["ended", "changed"],
        Field(description="changed: or until its state or one of its counters is another than at the start"),
    ] = "ended",
) -> Waited:
    """Answers as soon as the experiment is finished, stopped or failed, at the latest after `seconds`: ask again
    while `ended` is false. At most three requests wait in one server process; the next is refused with 429."""
    deadline = time.monotonic() + seconds
    first = _standing(experiment_or_404(experiment_id))
    with place_to_wait(), poller.waiting_for(experiment_id):
        now: ExperimentStatus | None = first
        while now is not None and now.state not in ENDED and time.monotonic() + POLL_SECONDS <= deadline:
            time.sleep(POLL_SECONDS)
            now = poller.latest(experiment_id)
            if until == "changed" and now != first:
                break
    experiment = experiment_or_404(experiment_id)
    return Waited(ended=experiment.state in ENDED, experiment=ExperimentSummary.of(experiment))


def _standing(row: Experiment) -> ExperimentStatus:
    return ExperimentStatus(row.state, row.proposed, row.evaluated, row.failed)


@contextmanager
def place_to_wait() -> Iterator[None]:
    """One of this process's few; raises Problem when all are taken."""
    if not waiters.acquire(blocking=False):
        raise Problem("busy", f"{MOST_WAITING} requests wait already.", headers={"Retry-After": "2"})
    try:
        yield
    finally:
        waiters.release()
