"""Schemas: individuals."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from search import models
from search.api.bodies import LARGEST_INTEGER
from search.api.schemas.base import EXAMPLE_KEY, Body, Document, GivenGenotype, Notes, Tags
from search.evolution.genotypes.mutation import Mutation
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import search_space

WorkState = Literal["waiting", "running", "done", "failed", "cancelled"]

EXAMPLE_TEXT = PUBLISHED["liu2018"].genotype.text
EXAMPLE_ROW: dict[str, Any] = {
    "experiment_id": 1,
    "step": 17,
    "state": "done",
    "origin": "mutation",
    "generation": 3,
    "parent_step": 9,
    "mutation": {
        "kind": "alter",
        "level": 2,
        "motif": 2,
        "successor": 3,
        "predecessor": 1,
        "old": 4,
        "new": 3,
        "text": "M2: 1→3 max3x3 → sep3x3",
    },
    "genotype_key": EXAMPLE_KEY,
    "text": EXAMPLE_TEXT,
    "phenotype_key": EXAMPLE_KEY,
    "fitness": 0.94,
    "fitness_spread": None,
    "parameters": 15_274,
    "multiply_adds": 612_000,
    "shared": False,
    "eligible": True,
    "completion": 16,
    "population_seen": 15,
    "why": "",
    "strategy_version": None,
    "repeats": None,
    "stopped_at": None,
    "stopped_accuracy": None,
    "evaluation_id": 17,
    "reason": "",
    "notes": "",
    "tags": ["candidate"],
    "created_at": "2026-11-22T09:01:00Z",
    "finished_at": "2026-11-22T09:01:03Z",
}


class MutationDocument(Document):
    """The one edge that was changed. Nodes and slots count from 1; 0 is no edge."""

    kind: Literal["add", "alter", "remove", "same"]
    level: int
    motif: int
    successor: int
    predecessor: int
    old: int
    new: int
    text: str = Field(description="The same for people")


class IndividualRow(Document):
    """An individual as lists show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ROW]})

    experiment_id: int
    step: int = Field(description="Evolution step, from 0")
    state: WorkState
    origin: str
    generation: int = Field(description="Mutations since an initial genotype")
    parent_step: int | None
    mutation: MutationDocument | None
    genotype_key: str
    text: str = Field(description="The genotype's canonical text")
    phenotype_key: str = Field(description="Equal for equal networks")
    fitness: float | None = Field(description="Mean validation accuracy, a fraction 0..1")
    fitness_spread: float | None = Field(description="Standard deviation over repeats; null for one")
    parameters: int
    multiply_adds: int
    shared: bool = Field(description="Its network was known or under way when it was proposed")
    eligible: bool = Field(description="May become a parent once it is done")
    completion: int | None = Field(description="Place in the order of completion, from 0")
    population_seen: int = Field(description="Evaluated individuals that the proposal could choose from")
    why: str = Field(description="Why it was proposed, where the origin does not say it all")
    strategy_version: int | None = Field(
        description="Version of the learned strategy that proposed it; null where none did"
    )
    repeats: int | None = Field(
        description="Repeats that its fitness is the mean of; null: all of the protocol's"
    )
    stopped_at: int | None = Field(description="Training step at which an early decision stopped it")
    stopped_accuracy: float | None = Field(description="Validation accuracy at that step")
    evaluation_id: int
    reason: str
    notes: str
    tags: list[str]
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: models.Individual) -> Self:
        """From a row that was fetched with its genotype and parent."""
        return cls(**individual_values(row))


def individual_values(row: models.Individual) -> dict[str, Any]:
    """The fields of an IndividualRow, not validated again: files hold many thousands of them."""
    genotype = row.genotype
    values = {name: getattr(row, name) for name in _SAME}
    values |= {
        "experiment_id": row.experiment_id,
        "parent_step": row.parent.step if row.parent else None,
        "mutation": None,
        "genotype_key": genotype.key,
        "text": genotype.text,
        "phenotype_key": genotype.phenotype_key,
        "evaluation_id": row.evaluation_id,
    }
    if row.mutation:
        mutation = Mutation.from_json(row.mutation)
        text = mutation.describe(search_space(genotype.space))
        values["mutation"] = {"kind": mutation.kind, **row.mutation, "text": text}
    return values


_SAME = (
    "step", "state", "origin", "generation", "fitness", "fitness_spread", "parameters", "multiply_adds", "shared",
    "eligible", "completion", "population_seen", "why", "strategy_version", "repeats", "stopped_at",
    "stopped_accuracy", "reason", "notes", "tags", "created_at", "finished_at",
)  # fmt: skip


class IndividualPage(Document):
    """A page of individuals."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE_ROW], "next_cursor": None}]})

    items: list[IndividualRow]
    next_cursor: str | None = Field(description="Null on the last page")


class IndividualCreate(Body):
    """A genotype that a person made, to be evaluated in an experiment."""

    genotype: GivenGenotype
    parent_step: Annotated[int, Field(ge=0, le=LARGEST_INTEGER)] | None = Field(
        default=None, description="Step of the individual that it was made from"
    )
    eligible: bool = Field(default=True, description="Whether it may win tournaments")


class IndividualChange(Body):
    """What to change about an individual; what is left out or null stays."""

    notes: Notes | None = None
    tags: Tags | None = None


CHANGE_EXAMPLES: dict[str, dict[str, Any]] = {
    "notes and tags": {"value": {"notes": "Train this one for longer.", "tags": ["candidate"]}}
}
CREATE_EXAMPLES: dict[str, dict[str, Any]] = {
    "text": {"value": {"genotype": EXAMPLE_TEXT}},
    "kept out of tournaments": {
        "value": {"genotype": PUBLISHED["liu2018"].genotype.to_json(), "eligible": False}
    },
}


class IndividualDocument(IndividualRow):
    """An individual, with its genotype written out."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_ROW
                | {
                    "document": {"space": "flat", "levels": [[[[1], [0, 2], [0, 0, 3]]]]},
                    "best_so_far": 0.94,
                    "children": 2,
                }
            ]
        }
    )

    document: dict[str, Any] = Field(description="The genotype: space and levels")
    best_so_far: float | None = Field(description="The experiment's best fitness once this one was complete")
    children: int = Field(description="How many were mutated from it")

    @classmethod
    def of_one(cls, row: models.Individual, children: int) -> Self:
        return cls(
            **dict(IndividualRow.of(row)),
            document={"space": row.genotype.space, "levels": row.genotype.levels},
            best_so_far=row.best_so_far,
            children=children,
        )
