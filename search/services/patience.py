"""When a search that only fails stops spending its budget."""

from search.models import Experiment, ExperimentState
from search.services.journal import tell_experiment

NOTHING_BUT_FAILURES = (
    "Paused: all of the first {failed} networks failed, the last because: {reason} "
    "Mend the cause and resume, or launch again with other settings."
)
NO_REASON = "no reason was given."


def lose_patience(experiment: Experiment, *, failed_before: int, reason: str) -> None:
    """Pause a locked experiment that has failed so often as its budget says and never succeeded. Not saved.

    The counters on the row say so, hence a restart changes nothing. Who resumes is given as many failures again.
    """
    limit = experiment.config["budget"].get("failures_before_pause", 20)
    if not limit or experiment.evaluated or experiment.state != ExperimentState.RUNNING:
        return
    if experiment.failed // limit > failed_before // limit:
        experiment.state = ExperimentState.PAUSED
        experiment.reason = NOTHING_BUT_FAILURES.format(failed=experiment.failed, reason=_sentence(reason))
        tell_experiment(experiment)


def _sentence(reason: str) -> str:
    text = reason.strip() or NO_REASON
    return text if text.endswith((".", "!", "?")) else text + "."
