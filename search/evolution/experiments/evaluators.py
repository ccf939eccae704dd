"""Evaluators: how a fitness is got, as the protocol names it, and what is known of each way.

Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sharing = Literal["everybody", "experiment", "nobody"]


class _Evaluator(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TrainFromScratch(_Evaluator):
    """Each network is trained from random weights."""

    kind: Literal["train"] = "train"


class LookUpInTable(_Evaluator):
    """Each network's trainings are read from a benchmark table."""

    kind: Literal["table"] = "table"
    table: str = Field(min_length=1, max_length=100)
    """Name of the benchmark table."""


class PredictBySurrogate(_Evaluator):
    """Each network's fitness is predicted by a surrogate: a model fitted on a sample of trained networks."""

    kind: Literal["surrogate"] = "surrogate"
    sample: str = Field(min_length=1, max_length=100)
    """Name of the sample that it is fitted on."""


class InheritWeights(_Evaluator):
    """A child starts with its parent's weights, carried through the edit that made it, and is trained briefly."""

    kind: Literal["inherit"] = "inherit"


class ScoreWithSharedWeights(_Evaluator):
    """Each network is scored with weights that one shared training made for all networks."""

    kind: Literal["shared_weights"] = "shared_weights"
    artifact: str = Field(pattern=r"^[0-9a-f]{32}$")
    """Key of the shared training."""


EvaluatorConfig = Annotated[
    TrainFromScratch | LookUpInTable | PredictBySurrogate | InheritWeights | ScoreWithSharedWeights,
    Field(discriminator="kind"),
]
FROM_SCRATCH = TrainFromScratch()


@dataclass(frozen=True)
class Evaluator:
    """One row of the registry."""

    kind: str
    version: int
    """Raised whenever the same job would get another accuracy; part of the keys of all but trainings from scratch."""
    path: str
    """Of the module whose `evaluate(job, ...)` scores and whose `estimate(job)` tells what that takes."""
    description: str
    shared_with: Sharing
    """Who may take over what it found for an equal network."""
    needs_artifact: bool = False
    """Whether an evaluation waits for a shared training."""


EVALUATORS: dict[str, Evaluator] = {
    row.kind: row
    for row in (
        Evaluator("train", 1, "search.training.trainer", "trained from random weights", "everybody"),
        Evaluator("table", 1, "search.tables.evaluator", "looked up in a benchmark table", "everybody"),
        Evaluator(
            "surrogate",
            1,
            "search.learning.tabular.evaluator",
            "predicted by a surrogate, nothing trained",
            "everybody",
        ),
        Evaluator(
            "inherit",
            1,
            "search.training.inheritance.evaluator",
            "trained briefly from its parent's weights",
            "experiment",
        ),
        Evaluator(
            "shared_weights",
            1,
            "search.training.supernets.evaluator",
            "scored with the weights of a shared training",
            "everybody",
            needs_artifact=True,
        ),
    )
}


def evaluator_row(config: EvaluatorConfig) -> Evaluator:
    """The registry's row for a protocol's evaluator."""
    return EVALUATORS[config.kind]
