"""Database clock: timestamps for rows come from the database, so a worker's wrong clock does no harm.

Asked once a minute; between, time goes on by the clock that nobody sets.
"""

import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

ASK_AGAIN_SECONDS = 60.0

_known: tuple[float, datetime] | None = None
"""The monotonic clock and the database's at one moment; at worst two threads ask at once."""


def _running_clock() -> float:
    """Seconds by a clock that nobody sets, and that goes on while the machine sleeps where there is such a one."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def ended_now(begun: datetime | None) -> datetime:
    """The present moment as the end of what began then: a clock that was set back meanwhile ends nothing earlier."""
    now = database_now()
    return now if begun is None else max(now, begun)


def database_now() -> datetime:
    """SQLite's clock is this machine's."""
    global _known
    if connection.vendor != "postgresql":
        return timezone.now()
    if _known is None or _running_clock() - _known[0] > ASK_AGAIN_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            _known = (_running_clock(), cursor.fetchone()[0])
    asked_at, moment = _known
    return moment + timedelta(seconds=_running_clock() - asked_at)
