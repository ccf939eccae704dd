"""What an experiment still has to do though all its individuals are proposed and none is open."""

from search.evolution.config import experiment_config
from search.models import Experiment
from search.services.decisions.ladders import promotable
from search.services.decisions.repeating import unconfirmed


def work_left(experiment: Experiment) -> bool:
    decisions = experiment.config.get("decisions") or {}
    if not (decisions.get("halving") or decisions.get("first_repeats")):
        return False
    config = experiment_config(experiment.config)
    return promotable(experiment, config) is not None or unconfirmed(experiment, config) is not None
