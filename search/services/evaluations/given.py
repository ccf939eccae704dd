"""Fitness that a person has stated: an evaluation that nobody trains, in a context of its own."""

from django.db.models.functions import Now

from search.evolution.experiments.protocol_keys import repeat_seed
from search.models import Evaluation, FitnessRecord, WorkState
from search.services.state_log import log_evaluation

DEVICE = "stated"


def keep_given(evaluation: Evaluation, fitness: float) -> bool:
    """End a locked, new evaluation with that fitness. Returns true: its outcome is known."""
    if evaluation.state != WorkState.DONE:
        wanted = evaluation.repeats or evaluation.protocol["repeats"]
        keys = (evaluation.phenotype_key, evaluation.protocol_key)
        FitnessRecord.objects.bulk_create(
            [
                FitnessRecord(
                    evaluation=evaluation,
                    repeat=repeat,
                    seed=repeat_seed(*keys, repeat, evaluation.context_key),
                    accuracy=fitness,
                    curve=[],
                    seconds=0.0,
                    device=DEVICE,
                    attempt=0,
                )
                for repeat in range(wanted)
            ]
        )
        evaluation.state, evaluation.fitness = WorkState.DONE, fitness
        evaluation.fitness_spread = 0.0 if wanted > 1 else None
        evaluation.finished_at = Now()
        evaluation.save(update_fields=["state", "fitness", "fitness_spread", "finished_at"])
        evaluation.refresh_from_db(fields=["finished_at"])
        log_evaluation(evaluation)
    return True
