"""Successive halving state: the rungs of an experiment and the individuals waiting there."""

from search.evolution.decisions import Ladder
from search.evolution.experiments.config import ExperimentConfig
from search.models import Experiment, Individual, WorkState


def ladder_of(experiment: Experiment, config: ExperimentConfig) -> Ladder:
    stored = (experiment.decision_state or {}).get("ladder")
    return Ladder.read(config.decisions.halving, config.decisions.rungs, stored)


def waiting_at(experiment: Experiment, rung: int) -> Individual | None:
    """The best that was stopped at that rung; ties go to the earlier step."""
    rows = Individual.objects.filter(experiment=experiment, rung=rung, state=WorkState.CANCELLED)
    return rows.exclude(stopped_at=None).order_by("-stopped_accuracy", "step").first()


def promotable(experiment: Experiment, config: ExperimentConfig) -> tuple[Ladder, Individual] | None:
    """Who goes on next: the furthest first."""
    if not config.decisions.halving:
        return None
    ladder = ladder_of(experiment, config)
    for rung in reversed(range(ladder.rungs)):
        if ladder.has_room(rung) and (best := waiting_at(experiment, rung)) is not None:
            return ladder, best
    return None
