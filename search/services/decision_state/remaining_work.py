"""Whether an experiment still has work after its last proposal: promotions of the halving, repeats for the best."""

from search.models import Experiment
from search.services.decision_state.ladders import promotable
from search.services.decision_state.repeats import unconfirmed


def has_remaining_work(experiment: Experiment) -> bool:
    decisions = experiment.decisions
    if not (decisions.halving or decisions.first_repeats):
        return False
    config = experiment.configuration
    return promotable(experiment, config) is not None or unconfirmed(experiment, config) is not None
