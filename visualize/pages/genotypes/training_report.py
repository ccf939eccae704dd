"""Training report of one network under one protocol."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from search.artifacts.weights import kept_repeats
from search.models import EndedAttempt, Evaluation, FitnessRecord, WorkState
from visualize.charts.trajectories import Stretch
from visualize.pages.genotypes.learning_curves import LearningCurves, learning_curves
from visualize.pages.shared.recipe_words import augmentation_words, recipe_facts
from visualize.style.formats import count


@dataclass(frozen=True)
class TrainingReport:
    evaluation: Evaluation
    records: tuple[FitnessRecord, ...]
    curves: LearningCurves | None
    attempts: tuple[EndedAttempt, ...]
    """Those that did not finish it, in order."""
    repeats: int
    facts: tuple[tuple[str, str], ...]
    """The protocol in words."""
    kept: tuple[int, ...]
    """Repeats whose weights can be taken away."""

    @property
    def running_repeat(self) -> int | None:
        """1-based; None unless it is being trained."""
        return len(self.records) + 1 if self.evaluation.state == WorkState.RUNNING else None


def training_report(evaluation: Evaluation, stretch: Stretch | None = None) -> TrainingReport:
    """`stretch`: the training steps that its curves show, None for all."""
    records = tuple(sorted(evaluation.records.all(), key=lambda row: row.repeat))
    series = [(row.repeat + 1, row.curve) for row in records]
    if evaluation.live_curve:
        series.append((len(records) + 1, evaluation.live_curve))
    return TrainingReport(
        evaluation=evaluation,
        records=records,
        curves=learning_curves(series, steps=int(evaluation.protocol.get("steps", 1)), stretch=stretch),
        attempts=tuple(evaluation.ended_attempts.all()),
        repeats=int(evaluation.protocol.get("repeats", 1)),
        facts=protocol_facts(evaluation.protocol),
        kept=tuple(
            kept_repeats(
                phenotype_key=evaluation.phenotype_key,
                protocol_key=evaluation.protocol_key,
                context_key=evaluation.context_key,
            )
        ),
    )


def protocol_facts(protocol: Mapping[str, Any], *, final: bool = False) -> tuple[tuple[str, str], ...]:
    """The protocol in words: of a search's evaluation, or of a final one, which holds no images back."""

    def number(name: str) -> str:
        value = protocol.get(name)
        return "all that remain" if value is None else count(value)

    rate = str(protocol.get("learning_rate"))
    if protocol.get("schedule") == "cosine":
        rate += ", cosine to nearly 0"
    return (
        ("Data set", str(protocol.get("dataset", ""))),
        (
            "Host",
            f"{protocol.get('host')}, {protocol.get('channels')} channels, {protocol.get('cells')} × 3 cells",
        ),
        ("Training", f"{number('steps')} steps of {number('batch_size')} images"),
        ("Learning rate", f"{rate}, weight decay {protocol.get('weight_decay')}"),
        *(() if final else _search_only(number)),
        *_recipe(protocol),
    )


def _search_only(number: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    return (
        ("Images", f"{number('train_images')} to train, {number('validation_images')} to validate"),
        ("Repeats", number("repeats")),
    )


def _recipe(protocol: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a training does beside gradient descent on whole images."""
    beside = [f"{label.lower()} {value}" for label, value in recipe_facts(protocol)]
    said = ", ".join(part for part in (augmentation_words(protocol), *beside) if part)
    return (("Recipe", said),) if said else ()
