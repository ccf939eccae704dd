"""Evaluations that wait for an artifact: why they wait, and what becomes of them when it ends."""

from django.db.models import QuerySet

from search.database import statements
from search.database.clock import database_now
from search.models import Artifact, Evaluation, WorkState
from search.services.evaluations.artifact_waits import BLOCKED, waits_for
from search.services.evaluations.outcomes import end_evaluation
from search.services.state_log import log_evaluation

LOST = "The shared training {name} that it needs is {state}: {reason}"


def why_waiting(artifact: Artifact) -> None:
    """The evaluations that wait for it say so, in its present state."""
    _waiting(artifact).update(reason=waits_for(artifact), reason_code=BLOCKED)


def free_waiting(artifact: Artifact) -> list[int]:
    """It is done: returns the evaluations that may be sent."""
    rows = _waiting(artifact)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(reason="", reason_code="", sent_at=None)
    return ids


def fail_waiting(artifact: Artifact) -> list[int]:
    """It will not be: evaluations that wait for it fail. Returns the experiments to advance."""
    reason = LOST.format(name=artifact.name, state=artifact.state, reason=artifact.reason)
    advance: set[int] = set()
    for key in list(_waiting(artifact).order_by("pk").values_list("pk", flat=True)):

        def fail(key: int = key) -> Evaluation:
            [row] = statements.select(Evaluation, f"WHERE id = %s {statements.locked()}", [key])
            if row.state == WorkState.WAITING:
                row.state, row.reason_code, row.reason = WorkState.FAILED, "artifact_failed", reason
                row.finished_at = database_now()
                row.save(update_fields=["state", "reason_code", "reason", "finished_at"])
                log_evaluation(row)
            return row

        advance.update(end_evaluation(key, fail))
    return sorted(advance)


def _waiting(artifact: Artifact) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(artifact=artifact, state=WorkState.WAITING)
