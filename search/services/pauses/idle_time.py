"""Idle time of an experiment: how long it lay there paused, failed or finished before it went on.

Callers hold the experiment's lock and save `IDLE_TIME`.
"""

from search.database.clock import database_now
from search.models import Experiment, ExperimentState

IDLE_TIME = ("paused_at", "idle_seconds")


def mark_paused(experiment: Experiment, *, reason: str) -> None:
    """Paused from now on; one that was paused already is so since then."""
    experiment.state = ExperimentState.PAUSED
    experiment.reason = reason
    experiment.paused_at = experiment.paused_at or database_now()


def count_idle_time(experiment: Experiment) -> None:
    """Before it goes on or is stopped: what it lay there since its pause or its end is no time that its search took."""
    since = experiment.paused_at or experiment.finished_at
    if since is not None:
        experiment.idle_seconds += max(0.0, (database_now() - since).total_seconds())
    experiment.paused_at = None
