"""Curve deltas: the individuals of an experiment that finished since a cursor.

A cursor is `completions.failed.revision`, and for whoever draws lines `.step`: how many completed individuals were
sent, how many failed ones were known, the experiment's revision, the step that the lines have reached. Individuals that
finish out of order are never missed, because places are given as they finish. Failed ones have no place; when their
number has changed all are sent again. When a result that was sent has changed, so has the revision, and the
answer begins anew.
"""

import re
from dataclasses import dataclass, replace

from search.models import Experiment
from search.selectors import progress
from search.selectors.experiments import CurvePoint, curve_points

MOST_FAILED = 1_000
"""The latest failed individuals of a delta; a search with more has another problem than its curve."""
_CURSOR = re.compile(r"^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?$", re.ASCII)


class BadCursor(ValueError):
    """A cursor that no answer gave."""


@dataclass(frozen=True)
class Cursor:
    """What has been sent."""

    completions: int = 0
    failed: int = 0
    revision: int = 0
    step: int | None = None

    def __str__(self) -> str:
        parts = [self.completions, self.failed, self.revision, *([] if self.step is None else [self.step])]
        return ".".join(map(str, parts))


@dataclass(frozen=True)
class CurveDelta:
    """What is new."""

    anew: bool
    """Results that were sent before have changed: this begins anew."""
    since: Cursor
    points: list[CurvePoint]
    failed: list[tuple[int, int]]
    """(step, parameters) of all failed ones, if their number has changed."""
    more: bool
    cursor: Cursor


def read_cursor(text: str) -> Cursor:
    """The empty text is the beginning. Raises BadCursor."""
    if not text:
        return Cursor()
    match = _CURSOR.match(text)
    if match is None:
        raise BadCursor(f"after={text!r} is no cursor: send the one of the last answer, or nothing for all")
    return Cursor(*(None if part is None else int(part) for part in match.groups()))  # type: ignore[arg-type]


def curve_delta(experiment: Experiment, after: str, *, limit: int) -> CurveDelta:
    """At most `limit` completions. Raises BadCursor."""
    since = read_cursor(after)
    anew = bool(after) and since.revision != experiment.revision
    if anew:
        since = Cursor(step=None if since.step is None else 0)
    points = curve_points(experiment.pk, after=since.completions - 1, limit=limit)
    changed = experiment.failed != since.failed
    return CurveDelta(
        anew=anew,
        since=since,
        points=points,
        failed=progress.failed_steps(experiment.pk, limit=MOST_FAILED) if changed else [],
        more=len(points) == limit,
        cursor=replace(
            since,
            completions=since.completions + len(points),
            failed=experiment.failed,
            revision=experiment.revision,
        ),
    )
