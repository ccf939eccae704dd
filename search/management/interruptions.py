"""How commands that train in their own process are interrupted."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from search.worker.stop_flag import forget, tell_to_stop, told_to_stop

STDERR = 2
STOPPING = "\nStopping at the next sign of progress; once more: at once.\n"


@contextmanager
def stop_on_interrupt() -> Iterator[None]:
    """Ctrl-C and SIGTERM end a training at its next sign of progress, so that none ends and is lost; a second one ends
    it where it is."""
    forget()
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        forget()


def _interrupt(number: int, frame: FrameType | None) -> None:
    if told_to_stop():
        raise KeyboardInterrupt
    tell_to_stop()
    os.write(STDERR, STOPPING.encode())  # printing may be what was interrupted
