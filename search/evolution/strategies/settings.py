"""Settings documents of the strategies: form, REST API, help and `manage.py strategies` are generated from them.

A field's title is its label everywhere, its description the help beside it. Pure Python: must import neither Django
nor torch.
"""

from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

from search.evolution.experiments.document import Document

PER_CENT = {"unit": "%"}
"""A fraction that people read and write as per cent."""
RARE: dict[str, Any] = {"rare": True}
"""Stands in a folded part of the form."""


class SeedGenotype(Document):
    """One individual that a search begins with."""

    genotype: str
    """Its text, or its JSON."""
    fitness: float | None = Field(default=None, ge=0, le=1)
    """Where it is known already, it is taken for granted and not trained."""


class StrategyConfig(Document):
    """What every strategy can be told; `kind` names the strategy's row in the table."""

    kind: str
    initial_population: int = Field(
        default=200,
        ge=1,
        le=100_000,
        title="Initial networks",
        description="Random ones at the start, before the first that is chosen.",
    )
    initial_mutations: int = Field(
        default=1000,
        ge=0,
        le=100_000,
        title="Initial mutations",
        description="Random mutations that make an initial network from the trivial one.",
        json_schema_extra=RARE,
    )
    start_from: tuple[SeedGenotype, ...] = Field(
        default=(),
        max_length=1000,
        title="Begin with",
        description="Genotypes that come before the random ones, one a line as text; after a space its fitness in per "
        "cent where it is known, which is then taken for granted and not trained.",
        json_schema_extra=RARE,
    )
    share_fitness: bool = Field(
        default=True,
        title="Share fitness",
        description="Equal networks are trained once. Off: each is trained again, as published.",
        json_schema_extra=RARE,
    )


class MutatingConfig(StrategyConfig):
    """Of strategies whose children differ from a parent by one edge."""

    allow_same_operation: bool = Field(
        default=False,
        title="Mutations may change nothing",
        description="As published, a mutation may draw the operation that is there already.",
        json_schema_extra=RARE,
    )


class LearnedConfig(StrategyConfig):
    """Of strategies that propose from a model, which is fitted on a worker."""

    drafts: int = Field(
        default=10,
        ge=1,
        le=1000,
        title="Drafts at once",
        description="Networks that the model proposes each time it has learned; the next ones come from what it "
        "learns of these.",
    )


class SurrogateConfig(LearnedConfig):
    """Of strategies that predict the fitness of candidates."""

    points: int = Field(
        default=300,
        ge=10,
        le=2000,
        title="Networks to learn from",
        description="At most; of more, the fittest half and the latest. Bounds the time and memory of the model.",
        json_schema_extra=RARE,
    )
    pool: int = Field(
        default=200,
        ge=10,
        le=10_000,
        title="Candidates",
        description="Drawn each time for the model to choose from: mutants and crossovers of the fittest, and "
        "random ones.",
        json_schema_extra=RARE,
    )


OF_ALL = tuple(StrategyConfig.model_fields)
"""Names of the fields that every strategy has."""


def own_fields(settings: type[StrategyConfig]) -> dict[str, FieldInfo]:
    """The fields that not every strategy has."""
    return {name: field for name, field in settings.model_fields.items() if name not in OF_ALL}


def extra(field: FieldInfo, name: str) -> Any:
    """What a field's `json_schema_extra` says, or None."""
    found = field.json_schema_extra
    return found.get(name) if isinstance(found, dict) else None
