"""Fix for Celery's pool: the parent forgets time limits of tasks that have ended.

Celery asks its event loop to look at each task when its limit is over, here after many hours, and cancels that when
the task has ended; but what is cancelled stays in the loop's queue until its time has come. That is 0.6 kB a task:
2 GB in a day of tasks that take no time.
"""

import heapq
from typing import Any

from celery import bootsteps

EVERY_SECONDS = 60.0


class ForgetCancelled(bootsteps.StartStopStep):  # type: ignore[misc]
    """A step of a worker's start, for pools with an event loop; the others know no limits."""

    requires = ("celery.worker.components:Hub",)

    def start(self, worker: Any) -> None:
        if worker.hub is not None:
            worker.hub.call_repeatedly(EVERY_SECONDS, forget_cancelled, worker.hub.timer)


def forget_cancelled(timer: Any) -> None:
    """The list stays the same one: the loop goes through it."""
    left = [event for event in timer._queue if not event.entry.canceled]
    heapq.heapify(left)
    timer._queue[:] = left
