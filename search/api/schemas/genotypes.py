"""Schemas: genotypes and previews."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, WithJsonSchema

from search import models
from search.api.schemas.base import EXAMPLE_KEY, Body, Document, GivenGenotype, Whole
from search.api.schemas.evaluations import EXAMPLE_ROW as EXAMPLE_EVALUATION
from search.api.schemas.evaluations import EvaluationRow
from search.api.schemas.individuals import WorkState
from search.api.schemas.inspections import EXAMPLE as EXAMPLE_INSPECTION
from search.api.schemas.inspections import HostBody, Inspection
from search.api.schemas.previews import EXAMPLE as EXAMPLE_PREVIEW
from search.api.schemas.previews import Costs, PreviewChange, TrainingEstimate
from search.evolution.genotypes.published import PUBLISHED

_CELL = PUBLISHED["liu2018"].genotype

GenotypeJson = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "space: a preset's name or the object of a custom space; levels: for each level from 2 "
            "up the list of its motifs, a motif being its rows for nodes 2..n",
            "required": ["space", "levels"],
            "additionalProperties": False,
            "properties": {
                "space": {"anyOf": [{"type": "string"}, {"type": "object"}]},
                "levels": {"type": "array", "items": {"type": "array"}},
            },
            "examples": [_CELL.to_json()],
        }
    ),
]


class Carrier(Document):
    """An individual that is a genotype, or builds its network."""

    experiment_id: int
    step: int
    genotype_key: str
    state: WorkState
    fitness: float | None

    @classmethod
    def of(cls, row: models.Individual) -> Self:
        return cls(
            experiment_id=row.experiment_id,
            step=row.step,
            genotype_key=row.genotype.key,
            state=row.state,
            fitness=row.fitness,
        )


EXAMPLE_CARRIER: dict[str, Any] = {
    "experiment_id": 1,
    "step": 17,
    "genotype_key": _CELL.key,
    "state": "done",
    "fitness": 0.94,
}


class CarrierPage(Document):
    """A page of individuals that build a network."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE_CARRIER], "next_cursor": None}]}
    )

    items: list[Carrier]
    next_cursor: str | None = Field(description="Null on the last page")


class GenotypeRow(Document):
    """A genotype as lists show it."""

    key: str
    text: str
    phenotype_key: str

    @classmethod
    def of(cls, row: models.Genotype) -> Self:
        return cls(key=row.key, text=row.text, phenotype_key=row.phenotype_key)


_EXAMPLE_ROW = {"key": _CELL.key, "text": _CELL.text, "phenotype_key": EXAMPLE_INSPECTION["phenotype_key"]}


class GenotypePage(Document):
    """A page of genotypes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_EXAMPLE_ROW], "next_cursor": None}]}
    )

    items: list[GenotypeRow]
    next_cursor: str | None = Field(description="Null on the last page")


class GenotypeDocument(GenotypeRow):
    """A genotype, what it builds, who carries it and how fit its network is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _EXAMPLE_ROW
                | {
                    "document": _CELL.to_json(),
                    "created_at": "2026-11-22T09:01:00Z",
                    "inspection": EXAMPLE_INSPECTION,
                    "carriers": [EXAMPLE_CARRIER],
                    "carriers_total": 1,
                    "equal": [],
                    "equal_total": 0,
                    "evaluations": [EXAMPLE_EVALUATION],
                }
            ]
        }
    )

    document: GenotypeJson
    created_at: datetime
    inspection: Inspection
    carriers: list[Carrier] = Field(description="The first individuals that are this genotype; see /carriers")
    carriers_total: int
    equal: list[GenotypeRow] = Field(description="The first other genotypes of the same network; see /equal")
    equal_total: int
    evaluations: list[EvaluationRow] = Field(description="Of its network, under every protocol")


class GenotypePreview(Body):
    """A genotype to be looked at without storing it."""

    genotype: GivenGenotype = Field(
        description="The document with space and levels, or the canonical text; what is wrong with it is the answer"
    )
    host: HostBody = Field(default=HostBody(), description="What parameters and multiply-adds are counted in")
    experiment_id: Whole | None = Field(
        default=None,
        description="Count in this experiment's protocol instead, and say what training would take",
    )
    preset: str | None = Field(default=None, max_length=100, description="The same with a preset's protocol")
    start: GivenGenotype | None = Field(
        default=None, description="The genotype that an edit began with: `change` is told against it"
    )


PREVIEW_EXAMPLES: dict[str, dict[str, Any]] = {
    "document": {"value": {"genotype": _CELL.to_json(), "host": {"channels": 64, "image_size": 32}}},
    "text": {"value": {"genotype": _CELL.text}},
    "not valid": {"value": {"genotype": {"space": "flat", "levels": [[[[1]]]]}}},
}


class GenotypeCreate(Body):
    """A genotype to be stored."""

    genotype: GivenGenotype = Field(description="The document with space and levels, or the canonical text")


STORE_EXAMPLES: dict[str, dict[str, Any]] = {
    "text": {"value": {"genotype": _CELL.text}},
    "document": {"value": {"genotype": _CELL.to_json()}},
}


class GenotypeFault(Document):
    """What makes a document no genotype."""

    field: str = Field(description="Where, as in levels[0][2]; empty: the whole")
    message: str


class Known(Document):
    """What is stored about a genotype's network."""

    genotype: bool = Field(description="Whether this very genotype is stored")
    genotypes: int = Field(description="Stored genotypes that build this network")
    individuals: int = Field(description="Individuals that build this network")
    evaluations: list[EvaluationRow]
    individual: Carrier | None = Field(
        description="One that builds it: of the experiment asked about if there is one, else the fittest of all"
    )
    evaluation: EvaluationRow | None = Field(description="Under the protocol asked about")


class Preview(Document):
    """What a genotype would build."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "valid": True,
                    "errors": [],
                    "warnings": ["12 edges carry an operation but do not reach the network"],
                    "inspection": EXAMPLE_INSPECTION,
                    "known": {
                        "genotype": False,
                        "genotypes": 0,
                        "individuals": 0,
                        "evaluations": [],
                        "individual": None,
                        "evaluation": None,
                    },
                    **EXAMPLE_PREVIEW,
                },
                {
                    "valid": False,
                    "errors": [
                        {"field": "levels[0][0]", "message": "needs 10 rows, for nodes 2 to 11, got 1"}
                    ],
                    "warnings": [],
                    "inspection": None,
                    "known": None,
                    "obstacles": ["It is no genotype."],
                    "costs": None,
                    "training": None,
                    "change": None,
                },
            ]
        }
    )

    valid: bool
    errors: list[GenotypeFault]
    warnings: list[str]
    inspection: Inspection | None
    known: Known | None
    obstacles: list[str] = Field(description="Why it cannot be evaluated; empty when it can")
    costs: Costs | None = Field(description="Null when it builds no network")
    training: TrainingEstimate | None = Field(description="Null without a network or a protocol")
    change: PreviewChange | None = Field(description="Null without a start")


class EdgeDifference(Document):
    """One edge that differs. Operations as each genotype calls them; null: no edge."""

    successor: int
    predecessor: int
    status: str
    before: str | None
    after: str | None


class MotifDifference(Document):
    """Two motifs that stand for each other; null where one has no counterpart."""

    level: int
    left: int | None
    right: int | None
    replaced: bool = Field(description="Most edges differ: the one is no edit of the other")
    changes: list[EdgeDifference]


class GenotypeDifference(Document):
    """What differs between two genotypes, the cell first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "left": EXAMPLE_KEY,
                    "right": EXAMPLE_KEY,
                    "distance": 1,
                    "same_network": False,
                    "motifs": [
                        {
                            "level": 2,
                            "left": 2,
                            "right": 2,
                            "replaced": False,
                            "changes": [
                                {
                                    "successor": 3,
                                    "predecessor": 1,
                                    "status": "altered",
                                    "before": "max3x3",
                                    "after": "sep3x3",
                                }
                            ],
                        }
                    ],
                }
            ]
        }
    )

    left: str
    right: str
    distance: int = Field(description="Edges that differ")
    same_network: bool
    motifs: list[MotifDifference] = Field(description="Pairs with a difference")
