"""Schemas: final evaluations."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field

from search import models
from search.api.schemas.base import EXAMPLE_KEY, Body, Document
from search.api.schemas.individuals import WorkState
from search.evolution.experiments.presets import PRESETS
from search.evolution.finals.presets import DEFAULT_PRESET, FINAL_PRESETS
from search.evolution.genotypes.reference_cells import BASELINES
from search.selectors.evolution_gain import MOST_POINTS
from search.selectors.finals import Summary

EXAMPLE_ROW: dict[str, Any] = {
    "id": 3,
    "phenotype_key": EXAMPLE_KEY,
    "protocol_key": EXAMPLE_KEY,
    "genotype_key": EXAMPLE_KEY,
    "state": "done",
    "runs": 3,
    "finished": 3,
    "accuracy": 0.968,
    "progress": 1.0,
    "attempts": 1,
    "max_attempts": 3,
    "worker": "worker@laptop",
    "device": "cpu",
    "reason_code": "",
    "reason": "",
    "train_seconds": 9.4,
    "created_at": "2026-11-22T09:01:00Z",
    "finished_at": "2026-11-22T09:01:12Z",
}


class FinalRow(Document):
    """A final evaluation as lists show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ROW]})

    id: int
    phenotype_key: str = Field(description="The network that is trained")
    protocol_key: str = Field(description="How it is trained")
    genotype_key: str = Field(description="A genotype that builds this network")
    state: WorkState
    runs: int = Field(description="Asked for")
    finished: int = Field(description="Runs that have ended")
    accuracy: float | None = Field(description="Mean top-1 on the test set over the finished runs, 0..1")
    progress: float = Field(description="Of all runs, a fraction 0..1")
    attempts: int
    max_attempts: int
    worker: str
    device: str
    reason_code: str
    reason: str = Field(description="Why it failed, was stopped or waits again")
    train_seconds: float = Field(description="Of the devices, over all finished runs")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: models.FinalEvaluation, *, finished: int, accuracy: float | None) -> Self:
        """From a row that was fetched with its genotype."""
        values = {name: getattr(row, name) for name in _SAME}
        return cls(id=row.pk, genotype_key=row.genotype.key, finished=finished, accuracy=accuracy, **values)


_SAME = tuple(
    name for name in FinalRow.model_fields if name not in ("id", "genotype_key", "finished", "accuracy")
)


class FinalPage(Document):
    """A page of final evaluations, the latest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE_ROW], "next_cursor": None}]})

    items: list[FinalRow]
    next_cursor: str | None = Field(description="Null on the last page")


class FinalsAsked(Document):
    """The final evaluations that were asked for, new ones and known ones."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE_ROW]}]})

    items: list[FinalRow]


class FinalRunDocument(Document):
    """One finished run."""

    run: int = Field(description="From 0")
    seed: int
    accuracy: float = Field(description="Top-1 on the test set, a fraction 0..1")
    top5: float
    loss: float = Field(description="Cross-entropy on the test set, in nats")
    confusion: list[tuple[int, int, int]] = Field(description="(label, predicted, how many)")
    curve: list[dict[str, Any]]
    seconds: float
    device: str
    worker: str
    attempt: int
    created_at: datetime

    @classmethod
    def of(cls, row: models.FinalRun) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


EXAMPLE_RUN: dict[str, Any] = {
    "run": 0,
    "seed": 4611686018427387904,
    "accuracy": 0.968,
    "top5": 1.0,
    "loss": 0.11,
    "confusion": [[0, 0, 36], [3, 5, 1]],
    "curve": [{"step": 60, "loss": 0.2, "train_accuracy": 0.95, "seconds": 1.4}],
    "seconds": 1.6,
    "device": "cpu",
    "worker": "worker@laptop",
    "attempt": 1,
    "created_at": "2026-11-22T09:01:03Z",
}


class FinalDocument(FinalRow):
    """A final evaluation with its protocol and its finished runs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_ROW
                | {
                    "protocol": PRESETS["quick"].config.protocol.model_dump(mode="json"),
                    "deviation": 0.004,
                    "top5": 1.0,
                    "test_images": 360,
                    "seen": 0,
                    "classes": [str(label) for label in range(10)],
                    "records": [EXAMPLE_RUN],
                }
            ]
        }
    )

    protocol: dict[str, Any]
    deviation: float | None = Field(description="Sample standard deviation of the runs' accuracies")
    top5: float | None
    test_images: int | None
    seen: int | None = Field(description="Test images that are, pixel for pixel, training images too")
    classes: list[str] = Field(description="Names in the order of the labels")
    records: list[FinalRunDocument] = Field(description="The finished runs")

    @classmethod
    def of_one(
        cls, row: models.FinalEvaluation, runs: list[models.FinalRun], summary: Summary | None
    ) -> Self:
        accuracy = summary.mean if summary else None
        return cls(
            **dict(FinalRow.of(row, finished=len(runs), accuracy=accuracy)),
            protocol=row.protocol,
            deviation=summary.deviation if summary else None,
            top5=summary.top5 if summary else None,
            test_images=row.test_images,
            seen=row.seen,
            classes=row.classes,
            records=[FinalRunDocument.of(run) for run in runs],
        )


class PackageDocument(Document):
    """What has become of the package to take away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "ready", "bytes": 183_412, "problem": "", "left_out": {}}]}
    )

    state: Literal["none", "ready", "refused"]
    bytes: int
    problem: str = Field(description="Why it is refused: what it printed by itself is not what was recorded")
    left_out: dict[str, str] = Field(description="Exports that it lacks, file name to the reason")


CREATE_EXAMPLES: dict[str, dict[str, Any]] = {
    "one individual": {"value": {"experiment_id": 1, "step": 0}},
    "the gain along the evolution": {"value": {"experiment_id": 1, "along": 5, "preset": "laptop-large"}},
    "a baseline": {"value": {"experiment_id": 1, "baseline": "residual"}},
    "another host": {
        "value": {"experiment_id": 1, "step": 0, "preset": "laptop-large", "overrides": {"steps": 500}}
    },
}


class FinalCreate(Body):
    """Which networks to evaluate, and how: `step` of an experiment, its best `best` networks, those that were the
    best `along` the search, or a `baseline` beside them."""

    experiment_id: int = Field(ge=1, le=2**63 - 1, description="Whose networks")
    step: int | None = Field(default=None, ge=0, le=2**63 - 1, description="One individual of it")
    best: int | None = Field(default=None, ge=1, le=100, description="Its best so many networks instead")
    along: int | None = Field(
        default=None,
        ge=1,
        le=MOST_POINTS,
        description="Its first network and the best of so many moments of the search instead: the gain along it",
    )
    baseline: str | None = Field(
        default=None, description=f"A reference cell under its protocol, one of {', '.join(BASELINES)}"
    )
    preset: str = Field(default=DEFAULT_PRESET, description=f"One of {', '.join(FINAL_PRESETS)}")
    overrides: dict[str, Any] = Field(
        default={}, description="Fields of the protocol that differ from the preset's; `repeats` are the runs"
    )
