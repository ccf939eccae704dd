"""Waiting for a search to end, by long polling."""

import sys
import time
from collections.abc import Callable
from functools import partial
from math import floor

from nasweb.client.errors import ApiError, NaswebError, ServerUnreachable, WaitTimeout
from nasweb.client.progress_bar import ProgressBar
from nasweb.client.records import ExperimentRecord
from nasweb.client.transport import Transport

LONGEST = 25
"""Seconds that the server holds an answer back at most."""
ENDED = ("finished", "stopped", "failed")
AWAY_SECONDS = 2.0
"""Between two looks while the server or its database is away."""
PATIENCE_SECONDS = 3600.0
"""A server that is away so long is not waited for."""
BUSY_SECONDS = 2.0
"""Between two looks while too many others wait on the server."""


def wait_for_end(transport: Transport, path: str, *, progress: bool, timeout: float | None) -> None:
    """Returns once the experiment has ended. Raises WaitTimeout, and NaswebError for a draft."""
    deadline = None if timeout is None else time.monotonic() + timeout
    record = ExperimentRecord.read(transport.call("GET", path))
    bar = ProgressBar(sys.stderr, record.individuals, _done(record)) if progress else None
    try:
        while record.state not in ENDED:
            if record.state == "draft":
                raise NaswebError(f"experiment {record.id} is a draft, which never ends; start it first")
            if bar is not None:
                _show(bar, record)
            left = _seconds_left(record, deadline)
            record = _patiently(partial(next_record, transport, path, left, changed=progress), deadline)
        if bar is not None:
            _show(bar, record, last=True)
    finally:
        if bar is not None:
            bar.close()


def _seconds_left(record: ExperimentRecord, deadline: float | None) -> float:
    left = LONGEST if deadline is None else deadline - time.monotonic()
    if left <= 0:
        raise WaitTimeout(
            f"experiment {record.id} has not ended in time: it is {record.state}, "
            f"{_done(record)} of {record.individuals} individuals are done"
        )
    return min(left, LONGEST)


def next_record(transport: Transport, path: str, left: float, *, changed: bool) -> ExperimentRecord:
    """The experiment once it has ended or changed, or when the time is over."""
    if left < 1:  # the server counts whole seconds
        time.sleep(left)
        return ExperimentRecord.read(transport.call("GET", path))
    try:
        until = "changed" if changed else "ended"
        answer = transport.call("GET", f"{path}/wait", seconds=floor(left), until=until)
        return ExperimentRecord.read(answer["experiment"])
    except ApiError as error:
        if error.status != 429:
            raise
    time.sleep(min(left, BUSY_SECONDS))
    return ExperimentRecord.read(transport.call("GET", path))


def _patiently(ask: Callable[[], ExperimentRecord], deadline: float | None) -> ExperimentRecord:
    """A search goes on while its server or the database is away, so who waits for it asks on: until the time is over
    that was given, else for `PATIENCE_SECONDS`."""
    last = time.monotonic() + PATIENCE_SECONDS if deadline is None else deadline
    while True:
        try:
            return ask()
        except (ApiError, ServerUnreachable) as error:
            if not _is_away(error) or time.monotonic() + AWAY_SECONDS > last:
                raise
        time.sleep(AWAY_SECONDS)


def _is_away(error: ApiError | ServerUnreachable) -> bool:
    return isinstance(error, ServerUnreachable) or error.status in (502, 503, 504)


def _done(record: ExperimentRecord) -> int:
    return record.evaluated + record.failed


def _show(bar: ProgressBar, record: ExperimentRecord, *, last: bool = False) -> None:
    state = "" if record.state == "running" else record.state
    best = record.best.fitness if record.best else None
    bar.show(_done(record), best=best, training=state, force=last)
