"""Schemas: motifs."""

from typing import Any, Self

from pydantic import ConfigDict, Field

from search import models
from search.api.schemas.base import EXAMPLE_KEY, Document
from search.selectors.motifs.facts import MotifFacts

EXAMPLE_MOTIF: dict[str, Any] = {
    "key": EXAMPLE_KEY,
    "level": 2,
    "structure": [["max3x3"], ["conv1x1", "dw3x3"], ["sep3x3", "conv1x1", "max3x3"]],
    "phenotype_key": EXAMPLE_KEY,
}


class MotifRow(Document):
    """A motif."""

    key: str
    level: int
    structure: list[list[str | None]] = Field(
        description="Rows for nodes 2..n: names of primitives or keys of motifs of the level below; null is no edge"
    )
    phenotype_key: str = Field(description="Of what it builds on its own; empty when its sink is unreachable")

    @classmethod
    def of(cls, row: models.Motif) -> Self:
        return cls(key=row.key, level=row.level, structure=row.structure, phenotype_key=row.phenotype_key)


class MotifInSlot(MotifRow):
    """A motif where a genotype has it."""

    slot: int = Field(description="From 1")
    uses: int = Field(description="Copies of it in one cell, through all levels; 0: unused")

    @classmethod
    def of_use(cls, row: models.MotifUse) -> Self:
        return cls(**dict(MotifRow.of(row.motif)), slot=row.slot, uses=row.uses)


class MotifsOfGenotype(Document):
    """The motifs of a genotype, by level and slot."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE_MOTIF | {"slot": 1, "uses": 1}]}]}
    )

    items: list[MotifInSlot]


class MotifDocument(MotifRow):
    """A motif, and how the individuals fare whose network really uses it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_MOTIF
                | {
                    "genotypes": 41,
                    "individuals": 43,
                    "evaluated": 40,
                    "mean_fitness": 0.91,
                    "best_fitness": 0.94,
                }
            ]
        }
    )

    genotypes: int
    individuals: int
    evaluated: int
    mean_fitness: float | None
    best_fitness: float | None

    @classmethod
    def of_one(cls, row: models.Motif, facts: MotifFacts) -> Self:
        return cls(**dict(MotifRow.of(row)), **vars(facts))
