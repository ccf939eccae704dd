"""Login rate limiting by account name and by address."""

from datetime import timedelta

from django.db.models import Q

from search.database.clock import database_now
from search.models import LoginAttempt

WINDOW = timedelta(minutes=15)
SAME_BOTH, SAME_ADDRESS, SAME_NAME = 5, 30, 100
"""Attempts within the window: for one name from one address, from one address, for one name from anywhere."""


def admit_login(*, name: str, address: str) -> int:
    """0: look at the password; else the seconds until the next try.

    The attempt is on record before the password is looked at, and is seen by the others from then on: as many as are
    sent at once, no more are admitted. One that is refused leaves no trace, else waiting would never end.
    """
    now = database_now()
    LoginAttempt.objects.filter(at__lt=now - WINDOW).delete()
    name = name.lower()[:150]
    attempt = LoginAttempt.objects.create(name=name, address=address, at=now)
    for which, most in (
        (Q(name=name, address=address), SAME_BOTH),
        (Q(address=address), SAME_ADDRESS),
        (Q(name=name), SAME_NAME),
    ):
        times = list(
            LoginAttempt.objects.filter(which).order_by("-at").values_list("at", flat=True)[: most + 1]
        )
        if len(times) > most:
            attempt.delete()
            return max(1, round((times[most] + WINDOW - now).total_seconds()))
    return 0


def forget_attempts(*, name: str, address: str) -> None:
    """The password was right."""
    LoginAttempt.objects.filter(name=name.lower()[:150], address=address).delete()
