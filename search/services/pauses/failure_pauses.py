"""Pause of a search in which only failures come back."""

from search.models import Experiment, ExperimentState
from search.services.pauses.idle_time import mark_paused
from search.services.state_log import log_experiment

NOTHING_BUT_FAILURES = (
    "Paused: all of the first {failed} networks failed, the last because: {reason} "
    "Remove the cause and resume, or launch again with other settings."
)
NO_REASON = "no reason was given."


def pause_if_only_failures(experiment: Experiment, *, failed_before: int, reason: str) -> None:
    """Pause a locked experiment that has failed so often as its budget says and never succeeded. Not saved.

    The counters on the row say so, hence a restart changes nothing. Who resumes is given as many failures again.
    """
    if experiment.evaluated or experiment.state != ExperimentState.RUNNING:
        return
    limit = experiment.configuration.budget.failures_before_pause
    if not limit:
        return
    if experiment.failed // limit > failed_before // limit:
        mark_paused(
            experiment,
            reason=NOTHING_BUT_FAILURES.format(failed=experiment.failed, reason=_sentence(reason)),
        )
        log_experiment(experiment)


def _sentence(reason: str) -> str:
    text = reason.strip() or NO_REASON
    return text if text.endswith((".", "!", "?")) else text + "."
