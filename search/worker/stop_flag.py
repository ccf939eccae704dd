"""Stop flag: passes a worker's stop request on to its training processes.

One that is still training gives its evaluation back at its next sign of progress; one whose training has ended records
it. As the process that trains is the only one that does either, no training ends and is given back all the same. Only
who is killed leaves its lease to run out.
"""

import mmap

_told = mmap.mmap(-1, 1)
"""One byte that a worker shares with the processes that it forks, before and after."""


def tell_to_stop() -> None:
    """Of the worker's parent; it may be called from a signal handler."""
    _told[0] = 1


def told_to_stop() -> bool:
    return _told[0] != 0


def forget() -> None:
    """A worker begins."""
    _told[0] = 0
