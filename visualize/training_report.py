"""How one network was, is or will be trained under one protocol, for the page that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from search.kept_weights import kept_repeats
from search.models import Evaluation, FitnessRecord, WorkState
from visualize.formats import count
from visualize.learning_curves import LearningCurves, learning_curves


@dataclass(frozen=True)
class TrainingReport:
    evaluation: Evaluation
    records: tuple[FitnessRecord, ...]
    curves: LearningCurves | None
    repeats: int
    facts: tuple[tuple[str, str], ...]
    """The protocol in words."""
    kept: tuple[int, ...]
    """Repeats whose weights can be taken away."""

    @property
    def running_repeat(self) -> int | None:
        """1-based; None unless it is being trained."""
        return len(self.records) + 1 if self.evaluation.state == WorkState.RUNNING else None


def training_report(evaluation: Evaluation) -> TrainingReport:
    records = tuple(sorted(evaluation.records.all(), key=lambda row: row.repeat))
    series = [(row.repeat + 1, row.curve) for row in records]
    if evaluation.live_curve:
        series.append((len(records) + 1, evaluation.live_curve))
    return TrainingReport(
        evaluation=evaluation,
        records=records,
        curves=learning_curves(series, steps=int(evaluation.protocol.get("steps", 1))),
        repeats=int(evaluation.protocol.get("repeats", 1)),
        facts=_facts(evaluation.protocol),
        kept=tuple(
            kept_repeats(phenotype_key=evaluation.phenotype_key, protocol_key=evaluation.protocol_key)
        ),
    )


def _facts(protocol: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    def number(name: str) -> str:
        value = protocol.get(name)
        return "all that remain" if value is None else count(value)

    return (
        ("Data set", str(protocol.get("dataset", ""))),
        (
            "Host",
            f"{protocol.get('host')}, {protocol.get('channels')} channels, {protocol.get('cells')} × 3 cells",
        ),
        ("Training", f"{number('steps')} steps of {number('batch_size')} images"),
        ("Learning rate", f"{protocol.get('learning_rate')}, weight decay {protocol.get('weight_decay')}"),
        ("Images", f"{number('train_images')} to train, {number('validation_images')} to validate"),
        ("Repeats", number("repeats")),
    )
