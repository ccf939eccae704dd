"""Response records, frozen. Each keeps as `raw` what it was read from.

A field that a newer server adds stands there alone, so an older client goes on working.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.mutation import Mutation

Document = Mapping[str, Any]


def _mutation(document: Document) -> Mutation:
    return Mutation.from_json({part.name: document[part.name] for part in fields(Mutation)})


@dataclass(frozen=True, kw_only=True)
class Record:
    """Base of them all."""

    raw: Document = field(repr=False, compare=False)
    """The server's JSON, whole."""

    @classmethod
    def read(cls, document: Document) -> Self:
        values: dict[str, Any] = {"raw": document}
        for part in fields(cls):
            if part.name in document:
                value = document[part.name]
                reader = datetime.fromisoformat if part.name.endswith("_at") else part.metadata.get("read")
                values[part.name] = reader(value) if reader and value is not None else value
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class Best(Record):
    """The fittest individual of an experiment, in short."""

    step: int
    fitness: float | None
    parameters: int
    multiply_adds: int
    genotype_key: str


@dataclass(frozen=True, kw_only=True)
class ExperimentRecord(Record):
    """An experiment at one moment."""

    id: int
    name: str
    state: str
    """draft, running, paused, finished, stopped or failed."""
    reason: str
    awaits: str | None
    """The data set that it is paused for: it goes on by itself when that is there."""
    tags: list[str]
    archived: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    individuals: int
    """To be proposed in all."""
    proposed: int
    evaluated: int
    failed: int
    shared: int
    stopped_early: int
    """Trainings that an early decision stopped or keeps waiting."""
    refused: int
    """Children that a proxy refused before they were proposed."""
    best: Best | None = field(metadata={"read": Best.read})
    train_seconds: float
    notes: str | None = None
    """None as lists show it."""
    config: Document | None = None
    """None as lists show it."""
    found_nothing: bool = False
    """Finished or stopped, and none of its individuals has a fitness."""
    dataset_report: Document | None = None
    """What a worker found in the folder of images that it trains on; None as lists show it, and for other data."""


@dataclass(frozen=True, kw_only=True)
class Individual(Record):
    """One genotype at one step of one experiment."""

    experiment_id: int
    step: int
    state: str
    """waiting, running, done, failed or cancelled."""
    origin: str
    generation: int
    """Mutations since an initial genotype."""
    parent_step: int | None
    mutation: Mutation | None = field(metadata={"read": _mutation})
    genotype_key: str
    text: str
    """The genotype's canonical text."""
    phenotype_key: str
    """Equal for equal networks."""
    fitness: float | None
    """Mean validation accuracy, a fraction 0..1."""
    fitness_spread: float | None
    """Standard deviation over repeats; None for one."""
    parameters: int
    multiply_adds: int
    shared: bool
    eligible: bool
    completion: int | None
    """Place in the order of completion, from 0."""
    population_seen: int
    why: str
    strategy_version: int | None
    repeats: int | None
    """Repeats that its fitness is the mean of; None: all of the protocol's."""
    stopped_at: int | None
    """Training step at which an early decision stopped it."""
    stopped_accuracy: float | None
    evaluation_id: int
    reason: str
    notes: str
    tags: list[str]
    created_at: datetime
    finished_at: datetime | None

    @property
    def genotype(self) -> Genotype:
        return parse_genotype(self.text)


@dataclass(frozen=True, kw_only=True)
class Evaluation(Record):
    """One network under one protocol."""

    id: int
    phenotype_key: str
    protocol_key: str
    context_key: str = ""
    genotype_key: str
    state: str
    """waiting, running, done, failed or cancelled."""
    attempts: int
    max_attempts: int
    worker: str
    device: str
    progress: float
    """Of the present attempt, a fraction 0..1."""
    reason_code: str
    reason: str
    fitness: float | None
    fitness_spread: float | None
    train_seconds: float
    created_at: datetime
    claimed_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Inspection(Record):
    """What a genotype would build; the numbers are None when it builds nothing."""

    valid: bool
    faults: tuple[str, ...]
    """What makes it no genotype."""
    warnings: tuple[str, ...]
    obstacles: tuple[str, ...]
    """Why it cannot be evaluated; empty when it can."""
    feasible: bool
    reason: str
    text: str | None
    key: str | None
    phenotype_key: str | None
    parameters: int | None
    multiply_adds: int | None
    depth: int | None
    operations: int | None

    @classmethod
    def read(cls, document: Document) -> Self:
        """From the answer to a preview."""
        inner = document["inspection"] or {}
        faults = tuple(": ".join(filter(None, (row["field"], row["message"]))) for row in document["errors"])
        numbers = ("text", "key", "phenotype_key", "parameters", "multiply_adds", "depth", "operations")
        return cls(
            raw=document,
            valid=document["valid"],
            faults=faults,
            warnings=tuple(document["warnings"]),
            obstacles=tuple(document["obstacles"]),
            feasible=bool(inner.get("feasible")),
            reason=inner.get("reason", ""),
            **{name: inner.get(name) for name in numbers},
        )
