"""What evaluations and artifacts have in common as leased work: one claim, one rule for silent workers."""

from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from search.database import statements
from search.models import WorkState
from search.models.work import LeasedWork
from search.services import errors

Work = TypeVar("Work", bound=LeasedWork)

WENT_SILENT = "{worker} gave no sign of life for {seconds:g} s in attempt {attempt} of {most}."


def claim_statement(model: type[LeasedWork], *, wanted: str, besides: str = "") -> str:
    """The conditional UPDATE by which one attempt takes a waiting row, with the values (lease, worker, device, id,
    trainer version). `wanted` is what must hold of the row, `besides` sets further columns."""
    return f"""
UPDATE {model._meta.db_table}
SET state = 'running', lease = %s, worker = %s, device = %s, attempts = attempts + 1, claimed_at = {statements.now()},
    heartbeat_at = {statements.now()}, progress = 0, reason = '', reason_code = ''{besides}
WHERE id = %s AND state = 'waiting' AND trainer = %s AND attempts < max_attempts AND {wanted}
"""


def lock_held(model: type[Work], key: int, lease: str, lost: str) -> Work:
    """The row, ours until the transaction ends. Raises LeaseLost with the text `lost` where another attempt
    holds it, or none."""
    rows = statements.select(model, f"WHERE id = %s AND lease = %s {statements.locked()}", [key, lease])
    if not rows:
        raise errors.LeaseLost(lost.format(key=key))
    return rows[0]


def silent(model: type[Work]) -> "QuerySet[Work]":
    """Running rows whose worker was not heard of for longer than a lease lasts.

    Both times are the database's: a worker whose clock is wrong is not taken for dead.
    """
    last = Now() - timedelta(seconds=settings.LEASE_SECONDS)
    rows: QuerySet[Work] = model._default_manager.filter(state=WorkState.RUNNING, heartbeat_at__lt=last)
    return rows


def silence(row: LeasedWork) -> str:
    """The reason of an attempt that went silent."""
    return WENT_SILENT.format(
        worker=row.worker, seconds=settings.LEASE_SECONDS, attempt=row.attempts, most=row.max_attempts
    )


def wait_again(row: LeasedWork, *, counts: bool, reason: str) -> None:
    """A running row leaves its attempt's hands and waits; not saved. `counts`: the attempt is used up."""
    row.lease = ""
    row.sent_at = None
    row.reason = reason
    row.attempts -= 0 if counts else 1
    row.state = WorkState.WAITING
