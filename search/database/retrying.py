"""Retry after lost database connections: a short outage costs no training."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)

Result = TypeVar("Result")
AWAY = (OperationalError, InterfaceError)
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0


def insist(write: Callable[[], Result]) -> Result:
    """Do a write that may be repeated, again and again while the database is away, for as long as a lease.

    Raises what the database raised last; the sweep then finds the work.
    """
    deadline = time.monotonic() + settings.LEASE_SECONDS
    pause = FIRST_PAUSE
    while True:
        try:
            return write()
        except AWAY as error:
            _reconnect()
            if time.monotonic() + pause > deadline:
                raise
            log.warning("the database is away, trying again: %s", error)
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def tolerate(write: Callable[[], Result], otherwise: Result) -> Result:
    """Do a write that the next one makes up for; `otherwise` while the database is away."""
    try:
        return write()
    except AWAY as error:
        _reconnect()
        log.warning("the database is away, going on: %s", error)
        return otherwise


DISK_FULL = "53100"
"""PostgreSQL's code."""


def is_disk_full(error: BaseException) -> bool:
    """Whether the database failed because its disk has no room left: it is there, and what it holds is safe."""
    text = str(error).lower()
    told = "disk is full" in text or "no space left on device" in text
    return told or getattr(error.__cause__, "pgcode", None) == DISK_FULL


def was_cut_off(error: BaseException) -> bool:
    """Whether a statement was ended that took longer than it may: by PostgreSQL (SQLSTATE 57014) or SQLite."""
    if not isinstance(error, OperationalError):
        return False
    return getattr(error.__cause__, "pgcode", "") == "57014" or str(error) == "interrupted"


def _reconnect() -> None:
    """Have the next query open a connection if this one is dead; within a transaction that is its owner's affair."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
