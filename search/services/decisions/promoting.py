"""Promotion in successive halving: the next individual that a rung lets train on."""

from search.evolution.experiments.config import ExperimentConfig
from search.models import Evaluation, Experiment, Individual, WorkState
from search.services.decision_state.ladders import promotable
from search.services.evaluations.outcomes import apply_outcome, improve_best
from search.services.locking import lock_evaluation

RESUMED = (
    "state", "reason", "finished_at", "stopped_at", "stopped_accuracy", "fitness", "fitness_spread", "completion",
    "best_so_far", "counted_seconds",
)  # fmt: skip


def promote(experiment: Experiment, config: ExperimentConfig) -> tuple[Individual, Evaluation] | None:
    """The next one that a rung of a locked experiment lets on, waiting again, or ended where others have trained it.

    The experiment is changed, not saved; a cancelled evaluation is returned as it is, to be made waiting.
    """
    found = promotable(experiment, config)
    if found is None:
        return None
    ladder, individual = found
    assert individual.rung is not None
    ladder.promoted[individual.rung] += 1
    experiment.decision_state = (experiment.decision_state or {}) | {"ladder": ladder.to_json()}
    experiment.stopped_early -= 1
    evaluation = lock_evaluation(individual.evaluation_id)
    individual.state, individual.reason, individual.finished_at = WorkState.WAITING, "", None
    individual.stopped_at = individual.stopped_accuracy = None
    if evaluation.state in Individual.OPEN:
        individual.state = evaluation.state
    elif evaluation.state != WorkState.CANCELLED:
        apply_outcome(experiment, individual, evaluation)
    individual.save(update_fields=RESUMED)
    improve_best(experiment, individual)
    return individual, evaluation
