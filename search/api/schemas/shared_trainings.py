"""Schemas: shared trainings."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field

from search import models
from search.api.schemas.base import EXAMPLE_KEY, Body, Document
from search.api.schemas.individuals import EXAMPLE_TEXT, WorkState
from search.evolution.estimates.shared_training_memory import SupernetMemory
from search.evolution.experiments.shared_trainings import METHODS, SharedTraining
from search.evolution.statistics.rank_intervals import Correlation
from search.selectors.shared_trainings import Agreement

EXAMPLE_ROW: dict[str, Any] = {
    "id": 2,
    "key": EXAMPLE_KEY,
    "name": "gdas on digits",
    "method": "gdas",
    "state": "done",
    "paused": False,
    "progress": 1.0,
    "attempts": 1,
    "max_attempts": 3,
    "worker": "worker@laptop",
    "device": "cpu",
    "reason_code": "",
    "reason": "",
    "train_seconds": 61.2,
    "bytes": 5_242_880,
    "retrain_best": 5,
    "retrained_experiment_id": 7,
    "created_at": "2026-11-22T09:01:00Z",
    "finished_at": "2026-11-22T09:02:01Z",
}


class SharedTrainingRow(Document):
    """A shared training as lists show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ROW]})

    id: int
    key: str = Field(description="Of what is trained how; `protocol.evaluator.artifact` of searches with it")
    name: str
    method: str
    state: WorkState
    paused: bool = Field(description="No worker takes it, and whoever trains it lets go")
    progress: float = Field(description="A fraction 0..1")
    attempts: int
    max_attempts: int
    worker: str
    device: str
    reason_code: str
    reason: str = Field(description="Why it failed, was stopped or waits again")
    train_seconds: float
    bytes: int = Field(description="Of the weights that it left; 0 until it is done")
    retrain_best: int = Field(description="So many of its best networks are trained from scratch at its end")
    retrained_experiment_id: int | None = Field(description="The experiment that trains them")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: models.Artifact) -> Self:
        values = {name: getattr(row, name) for name in _SAME}
        return cls(
            id=row.pk, method=row.document["method"], retrained_experiment_id=row.retrained_id, **values
        )


_SAME = tuple(
    name for name in SharedTrainingRow.model_fields if name not in ("id", "method", "retrained_experiment_id")
)


class SharedTrainingPage(Document):
    """A page of shared trainings, the latest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE_ROW], "next_cursor": None}]})

    items: list[SharedTrainingRow]
    next_cursor: str | None = Field(description="Null on the last page")


class CorrelationDocument(Document):
    """Kendall's tau-b with its 95 % interval."""

    tau: float
    low: float
    high: float
    networks: int

    @classmethod
    def of(cls, found: Correlation) -> Self:
        return cls(tau=found.tau, low=found.low, high=found.high, networks=found.pairs)


class AgreementDocument(Document):
    """Rank correlation with training from scratch, over networks that have both figures."""

    shared_weights: CorrelationDocument
    parameters: CorrelationDocument = Field(
        description="Of the plain number of parameters: what shared weights must beat to earn their place"
    )

    @classmethod
    def of(cls, found: Agreement) -> Self:
        return cls(
            shared_weights=CorrelationDocument.of(found.shared),
            parameters=CorrelationDocument.of(found.parameters),
        )


EXAMPLE_TAU = {"tau": 0.42, "low": 0.1, "high": 0.68, "networks": 12}


class SharedTrainingDocument(SharedTrainingRow):
    """A shared training with its document, its epochs and what came of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_ROW
                | {
                    "document": SharedTraining().to_json(),
                    "history": [
                        {
                            "epoch": 1,
                            "step": 20,
                            "loss": 2.1,
                            "seconds": 3.0,
                            "gates": {"L3-M1": [[0.2, 0.8]]},
                            "derived": EXAMPLE_TEXT,
                            "accuracy": 0.31,
                        }
                    ],
                    "result": {
                        "derived": EXAMPLE_TEXT,
                        "accuracy": 0.83,
                        "candidates": [{"genotype": EXAMPLE_TEXT, "accuracy": 0.83, "parameters": 15_274}],
                    },
                    "agreement": {"shared_weights": EXAMPLE_TAU, "parameters": EXAMPLE_TAU},
                    "search_ids": [8],
                }
            ]
        }
    )

    document: dict[str, Any] = Field(description="What is trained, and how")
    history: list[dict[str, Any]] = Field(description="One point an epoch: loss, gates, derived genotype")
    result: dict[str, Any] | None = Field(description="The derived genotype and the scored networks")
    agreement: AgreementDocument | None = Field(description="Null while fewer than three networks have both")
    search_ids: list[int] = Field(description="Experiments whose networks are scored with its weights")

    @classmethod
    def of_one(cls, row: models.Artifact, found: Agreement | None, searches: list[models.Experiment]) -> Self:
        return cls(
            **dict(SharedTrainingRow.of(row)),
            document=row.document,
            history=row.history,
            result=row.result,
            agreement=AgreementDocument.of(found) if found else None,
            search_ids=[experiment.pk for experiment in searches],
        )


class SharedTrainingEstimate(Document):
    """What a shared training takes, counted before it starts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "parameters": 1_300_062,
                    "bytes_per_image": 522_496,
                    "bytes": 128_818_280,
                    "fits": True,
                    "reason": "",
                }
            ]
        }
    )

    parameters: int = Field(description="Weights")
    bytes_per_image: int = Field(description="Kept of each image of a batch for the backward pass")
    bytes: int = Field(description="All that it needs of its device's memory")
    fits: bool = Field(description="False where the largest worker that is there has less")
    reason: str = Field(description="Why not, with the numbers")

    @classmethod
    def of(cls, counted: SupernetMemory, refusal: str) -> Self:
        return cls(
            parameters=counted.parameters,
            bytes_per_image=counted.per_image,
            bytes=counted.total,
            fits=not refusal,
            reason=refusal,
        )


SMALL: dict[str, Any] = {
    "method": "gdas",
    "protocol": {"dataset": "digits", "channels": 4, "steps": 200},
    "epochs": 10,
}
CREATE_EXAMPLES: dict[str, dict[str, Any]] = {
    "small": {"value": {"name": "gates", "document": SMALL, "retrain_best": 5}},
}
ESTIMATE_EXAMPLES: dict[str, dict[str, Any]] = {"small": {"value": {"document": SMALL}}}
RETRAIN_EXAMPLES: dict[str, dict[str, Any]] = {"the best five": {"value": {"best": 5}}}
SEARCH_EXAMPLES: dict[str, dict[str, Any]] = {
    "evolution": {"value": {"individuals": 200, "strategy": "evolution"}}
}


class SharedTrainingCreate(Body):
    """What is trained; fields that are left out are the defaults."""

    name: str = Field(default="", max_length=200)
    document: dict[str, Any] = Field(
        default={},
        description=f"method ({', '.join(METHODS)}), space, protocol, epochs and the method's own settings",
    )
    retrain_best: int = Field(
        default=0, ge=0, le=100, description="Train so many of its best networks from scratch at its end"
    )


class SharedTrainingDraft(Body):
    """What would be trained."""

    document: dict[str, Any] = Field(default={}, description="As to start one")


class RetrainBest(Body):
    """How many of the best networks to train from scratch."""

    best: int = Field(default=5, ge=1, le=100)


class SearchWithWeights(Body):
    """A search whose networks are scored with the shared weights."""

    individuals: int = Field(default=50, ge=1, le=1_000_000)
    strategy: Literal["random", "evolution"] = "random"
