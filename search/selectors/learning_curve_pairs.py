"""Pairs of (accuracy at a step, final accuracy) of finished trainings, from which early stopping predicts."""

from search.models import Experiment, FitnessRecord, Individual

LATEST = 200
"""The last so many completions: enough for a bound, and no more work however long the search."""


def finished_at_step(experiment: Experiment, *, protocol_key: str, step: int) -> list[tuple[float, float]]:
    """(accuracy at that step, accuracy at the end) of the first repeats of the latest networks to finish."""
    latest = Individual.objects.filter(
        experiment=experiment, completion__gte=max(0, experiment.population - LATEST)
    )
    rows = FitnessRecord.objects.filter(
        repeat=0, evaluation__in=latest.order_by().values("evaluation"), evaluation__protocol_key=protocol_key
    )
    found = []
    for curve, final in rows.order_by("pk").values_list("curve", "accuracy"):
        now = next((point.get("validation_accuracy") for point in curve if point["step"] == step), None)
        if now is not None:
            found.append((now, final))
    return found
