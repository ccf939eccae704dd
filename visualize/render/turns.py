"""Who may draw now: few layouts at once in one process, and bounded seconds of drawing for one request.

A request that has used its seconds gets the rest of its pictures from the cache or not at all; loading the page again
goes on where it stopped, for what was drawn is kept.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic as now

from django.core.signals import request_finished, request_started

AT_ONCE = 2
"""Layouts in processes of their own. Each takes one core."""
TURN_SECONDS = 3.0
"""Who has no turn by then does without: a server's thread waits with him."""
REQUEST_SECONDS = 8.0
"""Seconds of layout that one request may ask for."""

NO_TURN = "Other pictures are being drawn just now. Load the page again in a moment."
NO_TIME = "This page has used its {seconds:g} s of drawing. Load it again: what was drawn is kept, the rest follows."

_turns = threading.BoundedSemaphore(AT_ONCE)
_request = threading.local()


class NotNow(Exception):
    """No picture this time: says why. Nothing is known against the drawing itself."""


@contextmanager
def turn() -> Iterator[float]:
    """The seconds that the layout may take. Raises NotNow."""
    left = _left()
    if left <= 0:
        raise NotNow(NO_TIME.format(seconds=REQUEST_SECONDS))
    began = now()
    try:
        if not _turns.acquire(timeout=min(TURN_SECONDS, left)):
            raise NotNow(NO_TURN)
        try:
            yield left
        finally:
            _turns.release()
    finally:
        if (spent := getattr(_request, "spent", None)) is not None:
            _request.spent = spent + now() - began


def _left() -> float:
    spent = getattr(_request, "spent", None)
    return REQUEST_SECONDS if spent is None else REQUEST_SECONDS - spent


def begin_request(**_: object) -> None:
    _request.spent = 0.0


def end_request(**_: object) -> None:
    """What draws outside a request, such as a command, may take its time."""
    _request.spent = None


request_started.connect(begin_request)
request_finished.connect(end_request)
