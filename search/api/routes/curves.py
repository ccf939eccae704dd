"""What is new in an experiment: its curves since a cursor, and a wait for its end."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from search import selectors
from search.api.looking import LOOK_SECONDS, Standing, looks
from search.api.problems import Problem, invalid
from search.api.routes.experiments import experiment_or_404
from search.api.schemas.base import Count, ExperimentId
from search.api.schemas.curves import CurveDelta, Point
from search.api.schemas.experiments import ENDED, ExperimentSummary, Waited
from search.models import Experiment
from search.selectors import progress
from search.selectors.experiments import CurvePoint

router = Router(tags=["experiments"])

MOST_POINTS, USUAL_POINTS = 10_000, 5_000
MOST_FAILED = 1_000
"""The latest failed individuals of a delta; a search with more has another problem than its curve."""
LONGEST_WAIT = 25
"""Seconds: below the 30 after which proxies and servers commonly give a request up."""
MOST_WAITING = 3
"""Requests that may wait at once in one process: the others' threads stay free for pages."""

_CURSOR = re.compile(r"^(\d{1,9})\.(\d{1,9})$", re.ASCII)
_waiting = threading.BoundedSemaphore(MOST_WAITING)

After = Annotated[
    str,
    Field(max_length=20, pattern=r"^[0-9.]*$", description="`cursor` of the last answer; empty: everything"),
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
    seen, failed = _read_cursor(after)
    experiment = experiment_or_404(experiment_id)  # first: what ends meanwhile comes with the next answer
    new = selectors.curve_points(experiment.pk, after=seen - 1, limit=limit)
    points: list[Point] = [(row.step, row.fitness, row.parameters, row.completion, "done") for row in new]
    if experiment.failed != failed:
        # They have no place in the order of completion, so all are sent again; a step tells which are known.
        rows = progress.failed_steps(experiment.pk, limit=MOST_FAILED)
        points += [(step, None, parameters, None, "failed") for step, parameters in rows]
    more = len(new) == limit
    return CurveDelta(
        cursor=f"{seen + len(new)}.{experiment.failed}",
        state=experiment.state,
        open=experiment.state not in ENDED,
        more=more,
        points=points,
        best=_rises(new, experiment, seen),
    )


def _read_cursor(after: str) -> tuple[int, int]:
    """(completions seen, failed ones known)."""
    if not after:
        return 0, 0
    match = _CURSOR.match(after)
    if match is None:
        raise invalid(
            "query", "after", "is no cursor of these curves; give `cursor` of the last answer", after
        )
    return int(match[1]), int(match[2])


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
    with _place_to_wait(), looks.waiting_for(experiment_id):
        now: Standing | None = first
        while now is not None and now.state not in ENDED and time.monotonic() + LOOK_SECONDS <= deadline:
            time.sleep(LOOK_SECONDS)
            now = looks.latest(experiment_id)
            if until == "changed" and now != first:
                break
    experiment = experiment_or_404(experiment_id)
    return Waited(ended=experiment.state in ENDED, experiment=ExperimentSummary.of(experiment))


def _standing(row: Experiment) -> Standing:
    return Standing(row.state, row.proposed, row.evaluated, row.failed)


@contextmanager
def _place_to_wait() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        raise Problem("busy", f"{MOST_WAITING} requests wait already.", headers={"Retry-After": "2"})
    try:
        yield
    finally:
        _waiting.release()
