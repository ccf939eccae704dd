"""Idempotency keys: a repeated request gets the stored reply and does nothing twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from search.models import IdempotentReply
from search.services import errors

KEPT = timedelta(days=1)
KEY_IS_TAKEN = "This Idempotency-Key came with another request; take a new key for a new request."


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    body: dict[str, Any]


def stored_reply(*, caller: str, key: str, request_hash: str) -> Reply | None:
    """The reply to the same request when it came before. Raises Conflict for a key of another request."""
    row = IdempotentReply.objects.filter(caller=caller, key=key, created_at__gte=Now() - KEPT).first()
    return _kept(row, request_hash) if row else None


@transaction.atomic
def reply_once(*, caller: str, key: str, request_hash: str, act: Callable[[], Reply]) -> Reply:
    """The reply of `act`, or the one that it gave when the same request came before.

    The row is there before the work begins: a second request waits at its unique key until the first has
    committed, and works itself if the first one failed. Raises Conflict for a key of another request.
    """
    IdempotentReply.objects.filter(created_at__lt=Now() - KEPT).delete()
    row, is_new = IdempotentReply.objects.get_or_create(
        caller=caller, key=key, defaults={"request_hash": request_hash, "status": 201, "body": {}}
    )
    if not is_new:
        return _kept(row, request_hash)
    reply = act()
    row.status, row.body = reply.status, reply.body
    row.save(update_fields=["status", "body"])
    return reply


def _kept(row: IdempotentReply, request_hash: str) -> Reply:
    if row.request_hash != request_hash:
        raise errors.Conflict(KEY_IS_TAKEN)
    return Reply(row.status, row.body)
