"""A machine that slept, or whose clock was set forward: nobody could give a sign of life, so nobody is silent.

Whoever sweeps compares how far the database's clock went since its last sweep with a clock that stands still while the
machine sleeps. Where the first went much further, all leases look expired though their holders only slept, too.
"""

import time

from django.conf import settings
from django.db import connection

_last: tuple[float, float] | None = None
"""The database's clock and ours at the sweep before, in seconds."""
_trusted_from = float("-inf")


def silence_counts() -> bool:
    """Whether silence means anything now; asked once in each sweep. After a jump it does when a lease has passed."""
    global _last, _trusted_from
    database, ours = database_seconds(), own_seconds()
    if _last is not None and (database - _last[0]) - (ours - _last[1]) > settings.LEASE_SECONDS / 2:
        _trusted_from = ours + settings.LEASE_SECONDS
    _last = (database, ours)
    return ours >= _trusted_from


def forget() -> None:
    """As a process begins: no sweep before, and silence counts."""
    global _last, _trusted_from
    _last, _trusted_from = None, float("-inf")


def own_seconds() -> float:
    """By a clock that nobody sets and that sleeps with the machine."""
    return time.monotonic()


def database_seconds() -> float:
    """SQLite's clock is this machine's."""
    if connection.vendor != "postgresql":
        return time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
        return float(cursor.fetchone()[0])
