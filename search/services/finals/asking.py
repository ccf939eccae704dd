"""What people do to final evaluations: ask for one, stop it, try it again. Each function is one transaction."""

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from search.database import statements
from search.database.clock import database_now
from search.evolution.experiments.config import Protocol
from search.evolution.finals.protocol import final_key
from search.models import FinalEvaluation, Genotype, WorkState
from search.services import errors

STOPPED_BY_HAND = "Stopped by hand."
WHAT = "final evaluation"


@transaction.atomic
def ask_for_final(
    *, genotype: Genotype, protocol: Protocol, owner_id: int | None = None
) -> tuple[FinalEvaluation, bool]:
    """The final evaluation of this genotype's network under that protocol, and whether it has something to do.

    Asked for again it is the same one: with more runs it goes on, with as many or fewer it stays as it is. One that
    failed or was stopped stays so.
    """
    row, created = FinalEvaluation.objects.select_for_update(no_key=True).get_or_create(
        phenotype_key=genotype.phenotype_key,
        protocol_key=final_key(protocol),
        defaults={
            "protocol": protocol.model_dump(mode="json"),
            "genotype": genotype,
            "runs": protocol.repeats,
            "owner_id": owner_id,
            "max_attempts": settings.MAX_ATTEMPTS,
        },
    )
    if not created and protocol.repeats > row.runs:
        row.runs = protocol.repeats
        row.protocol = protocol.model_dump(mode="json")
        if row.state == WorkState.DONE:
            _wait_anew(row)
        row.save()
    return row, row.state == WorkState.WAITING


@transaction.atomic
def stop_final(*, final_id: int) -> FinalEvaluation:
    """Give it up; finished runs stay, and whoever trains it lets go. Raises NotFound, Conflict."""
    row = _locked(final_id)
    _check(row, (WorkState.WAITING, WorkState.RUNNING), "stopped")
    row.state, row.lease, row.reason = WorkState.CANCELLED, "", STOPPED_BY_HAND
    row.finished_at = database_now()
    row.save(update_fields=["state", "lease", "reason", "finished_at"])
    return row


@transaction.atomic
def retry_final(*, final_id: int) -> FinalEvaluation:
    """Try one again that failed or was stopped, with all its attempts; finished runs stay.

    Raises NotFound, Conflict.
    """
    row = _locked(final_id)
    _check(row, (WorkState.FAILED, WorkState.CANCELLED), "tried again")
    _wait_anew(row)
    row.save()
    return row


def _wait_anew(row: FinalEvaluation) -> None:
    row.state, row.attempts, row.sent_at, row.finished_at = WorkState.WAITING, 0, None, None
    row.reason = row.reason_code = row.log = ""
    row.progress = row.records.aggregate(last=Max("run", default=-1))["last"] / row.runs + 1 / row.runs


def _locked(final_id: int) -> FinalEvaluation:
    rows = statements.select(FinalEvaluation, f"WHERE id = %s {statements.locked()}", [final_id])
    if not rows:
        raise errors.NotFound(errors.NOT_FOUND.format(what=WHAT, key=final_id))
    return rows[0]


def _check(row: FinalEvaluation, states: tuple[WorkState, ...], done: str) -> None:
    if row.state not in states:
        raise errors.Conflict(
            errors.NOT_IN_STATE.format(
                what=WHAT.capitalize(), key=row.pk, state=row.state, allowed=" or ".join(states), done=done
            )
        )
