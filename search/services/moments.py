"""The database's clock for what Python writes, so that a worker whose own clock is wrong writes right times.

Asked once a minute; between, time goes on by the clock that nobody sets.
"""

import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

ASK_AGAIN_SECONDS = 60.0

_known: tuple[float, datetime] | None = None
"""The monotonic clock and the database's at one moment; at worst two threads ask at once."""


def database_now() -> datetime:
    """SQLite's clock is this machine's."""
    global _known
    if connection.vendor != "postgresql":
        return timezone.now()
    if _known is None or time.monotonic() - _known[0] > ASK_AGAIN_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            _known = (time.monotonic(), cursor.fetchone()[0])
    asked_at, moment = _known
    return moment + timedelta(seconds=time.monotonic() - asked_at)
