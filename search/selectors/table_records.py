"""What was trained for a benchmark table."""

from collections.abc import Iterator
from dataclasses import dataclass

from search.evolution.evaluation import CurvePoint
from search.evolution.experiments.config import Protocol
from search.models import FitnessRecord, Individual
from search.selectors.protocols import key_of


@dataclass(frozen=True)
class Trained:
    """One finished training: a network by its phenotype key, and which of its repeats."""

    key: str
    repeat: int


@dataclass(frozen=True)
class TrainedCurve:
    """One finished training with its curve."""

    key: str
    repeat: int
    accuracy: float
    """Validation accuracy after the last step, a fraction 0..1."""
    curve: list[CurvePoint]
    seconds: float
    finished: str
    """The day, as 2026-11-30."""

    @property
    def scored(self) -> list[CurvePoint]:
        """The points that were scored on test images, where everything else is measured too."""
        return [point for point in self.curve if point.get("test_accuracy") is not None]


def trained_repeats(protocol: Protocol) -> set[Trained]:
    """All trainings under a protocol that have ended well."""
    rows = FitnessRecord.objects.filter(evaluation__protocol_key=key_of(protocol))
    return {Trained(*row) for row in rows.values_list("evaluation__phenotype_key", "repeat").iterator()}


def trained_curves(protocol: Protocol) -> Iterator[TrainedCurve]:
    """All trainings under a protocol that have ended well, with their curves."""
    rows = FitnessRecord.objects.filter(evaluation__protocol_key=key_of(protocol)).order_by("pk")
    fields = ("evaluation__phenotype_key", "repeat", "accuracy", "curve", "seconds", "created_at")
    for key, repeat, accuracy, curve, seconds, created_at in rows.values_list(*fields).iterator():
        yield TrainedCurve(key, repeat, accuracy, curve, seconds, created_at.date().isoformat())


def evaluation_of_step(experiment_id: int, step: int) -> int:
    """The evaluation that an individual waits for or shares."""
    found: int = Individual.objects.values_list("evaluation_id", flat=True).get(
        experiment_id=experiment_id, step=step
    )
    return found
