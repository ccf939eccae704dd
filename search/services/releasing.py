"""Release of all that a worker holds, of every kind of leased work. Each row is a transaction of its own."""

from search.services.evaluations import sweeping
from search.services.finals.sweeping import release_finals


def release_worker(*, worker: str) -> None:
    """A worker stops in good order: what it holds waits again at once, and its attempts do not count."""
    sweeping.release_worker(worker=worker)
    release_finals(worker=worker)


def release_everything() -> None:
    """No worker of this database is left, and no message: what was being trained waits, and the next sweep sends
    all that waits."""
    sweeping.release_everything()
    release_finals()
