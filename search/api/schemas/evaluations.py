"""Schemas: evaluations."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field

from search import models
from search.api.schemas.base import EXAMPLE_KEY, Document
from search.api.schemas.individuals import WorkState
from search.artifacts.weights import kept_repeats
from search.evolution.experiments.presets import PRESETS

EXAMPLE_ROW: dict[str, Any] = {
    "id": 17,
    "phenotype_key": EXAMPLE_KEY,
    "protocol_key": EXAMPLE_KEY,
    "context_key": "",
    "genotype_key": EXAMPLE_KEY,
    "state": "done",
    "attempts": 1,
    "max_attempts": 3,
    "worker": "worker@laptop",
    "device": "cpu",
    "progress": 1.0,
    "reason_code": "",
    "reason": "",
    "fitness": 0.94,
    "fitness_spread": None,
    "train_seconds": 1.6,
    "created_at": "2026-11-22T09:01:00Z",
    "claimed_at": "2026-11-22T09:01:01Z",
    "heartbeat_at": "2026-11-22T09:01:02Z",
    "finished_at": "2026-11-22T09:01:03Z",
}


class EvaluationRow(Document):
    """An evaluation as lists show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ROW]})

    id: int
    phenotype_key: str = Field(description="The network that is trained")
    protocol_key: str = Field(description="How it is trained")
    context_key: str = Field(
        description="What the result depends on besides: inherited weights, a shared training. Empty: nothing"
    )
    genotype_key: str = Field(description="The first genotype that built this network")
    state: WorkState
    attempts: int
    max_attempts: int
    worker: str
    device: str
    progress: float = Field(description="Of the present attempt, a fraction 0..1")
    reason_code: str
    reason: str = Field(description="Why it failed, was cancelled or waits again")
    fitness: float | None
    fitness_spread: float | None
    train_seconds: float
    created_at: datetime
    claimed_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: models.Evaluation) -> Self:
        """From a row that was fetched with its genotype."""
        return cls(id=row.pk, genotype_key=row.genotype.key, **{name: getattr(row, name) for name in _SAME})


_SAME = tuple(name for name in EvaluationRow.model_fields if name not in ("id", "genotype_key"))


class EvaluationPage(Document):
    """A page of evaluations."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE_ROW], "next_cursor": None}]})

    items: list[EvaluationRow]
    next_cursor: str | None = Field(description="Null on the last page")


class Repeat(Document):
    """One finished training."""

    repeat: int = Field(description="From 0")
    seed: int
    accuracy: float = Field(description="On the validation images after the last step, a fraction 0..1")
    seconds: float
    device: str
    worker: str
    attempt: int
    created_at: datetime
    weights: bool = Field(description="Whether its weights are kept at …/repeats/{repeat}/weights.pt")

    @classmethod
    def of(cls, row: models.FitnessRecord, *, weights: bool) -> Self:
        values = {name: getattr(row, name) for name in cls.model_fields if name != "weights"}
        return cls(**values, weights=weights)


class Attempt(Document):
    """An attempt that did not finish the evaluation."""

    number: int = Field(description="From 1; begins anew after a retry by hand")
    worker: str
    device: str
    started_at: datetime | None
    ended_at: datetime
    outcome: Literal["failed", "tried again", "given back"] = Field(
        description="`given back`: told to stop, or its worker has no data set; it does not count"
    )
    reason_code: str
    reason: str

    @classmethod
    def of(cls, row: models.EndedAttempt) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class EvaluationDocument(EvaluationRow):
    """An evaluation, with its protocol and its finished repeats."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_ROW
                | {
                    "protocol": PRESETS["quick"].config.protocol.model_dump(mode="json"),
                    "repeats": [
                        {
                            "repeat": 0,
                            "seed": 4611686018427387904,
                            "accuracy": 0.94,
                            "seconds": 1.6,
                            "device": "cpu",
                            "worker": "worker@laptop",
                            "attempt": 1,
                            "created_at": "2026-11-22T09:01:03Z",
                            "weights": True,
                        }
                    ],
                    "ended_attempts": [
                        {
                            "number": 1,
                            "worker": "worker@laptop",
                            "device": "cpu",
                            "started_at": "2026-11-22T09:01:01Z",
                            "ended_at": "2026-11-22T09:01:02Z",
                            "outcome": "tried again",
                            "reason_code": "",
                            "reason": "worker@laptop gave no sign of life",
                        }
                    ],
                }
            ]
        }
    )

    protocol: dict[str, Any]
    repeats: list[Repeat]
    ended_attempts: list[Attempt] = Field(description="Those that did not finish it, in order")

    @classmethod
    def of_one(cls, row: models.Evaluation, records: list[models.FitnessRecord]) -> Self:
        kept = kept_repeats(
            phenotype_key=row.phenotype_key, protocol_key=row.protocol_key, context_key=row.context_key
        )
        return cls(
            **dict(EvaluationRow.of(row)),
            protocol=row.protocol,
            repeats=[Repeat.of(record, weights=record.repeat in kept) for record in records],
            ended_attempts=[Attempt.of(attempt) for attempt in row.ended_attempts.all()],
        )


class EvaluationLog(Document):
    """What the last failed attempt wrote."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": 17, "reason": "ValueError: negative size", "log": "Traceback (most recent …"}]
        }
    )

    id: int
    reason: str
    log: str


class CheckpointDocument(Document):
    """The state of a repeat that is under way."""

    repeat: int
    bytes: int
    saved_at: datetime


class CheckpointList(Document):
    """The checkpoints of an evaluation, by repeat."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [{"repeat": 0, "bytes": 183_412, "saved_at": "2026-11-22T09:04:00Z"}]}]
        }
    )

    items: list[CheckpointDocument]
