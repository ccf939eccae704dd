"""Words about a search that is over without a fitness: what became of its networks, and what may help."""

from collections.abc import Sequence

from search.models import Experiment
from visualize.style.formats import count

REMEDIES = {
    "out_of_memory": "Out of memory: a smaller batch, fewer channels or a limit of parameters needs less; or a worker "
    "with more memory.",
    "time_out": "Out of time: raise the time limit of a training, or train for fewer steps.",
    "not_finite": "The loss was no number: a lower learning rate usually helps.",
    "infeasible": "No network could be built of them: a space with more operations or nodes has more that can.",
    "dataset_unavailable": "The data set was not there: see that the workers reach it.",
    "artifact_failed": "The shared training that they waited for failed: its page says why.",
}
"""By the code of a failure; of other codes only the log tells."""
OTHERWISE = "The reason and the log stand on the page of each."


def nothing_found(experiment: Experiment, reasons: Sequence[tuple[str, int]]) -> str:
    """What became of its networks; `reasons` are codes of failures with their numbers."""
    tried, failed, stopped = experiment.proposed, experiment.failed, experiment.stopped_early
    why = ", ".join(f"{count(number)} × {code.replace('_', ' ') or 'error'}" for code, number in reasons)
    if failed == tried:
        all_of_them = "The only evaluation" if failed == 1 else f"All {count(failed)} evaluations"
        return f"{all_of_them} failed: {why}."
    ends = [f"{count(failed)} failed ({why})"] if failed else []
    ends += [f"{count(stopped)} were stopped early"] if stopped else []
    other = tried - failed - stopped
    ends += [f"{count(other)} were given up"] if other else []
    return f"Of {count(tried)} network{'' if tried == 1 else 's'} {', '.join(ends)}."


def remedies(reasons: Sequence[tuple[str, int]]) -> list[str]:
    """What may help, the most frequent failure first."""
    known = [REMEDIES[code] for code, _ in reasons if code in REMEDIES]
    return known if len(known) == len(reasons) else [*known, OTHERWISE]
