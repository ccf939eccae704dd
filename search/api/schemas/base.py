"""Base classes and field types of the schemas."""

import re
from typing import Annotated, Any

from ninja import Header, Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from search.api.bodies import LARGEST_INTEGER
from search.evolution.genotypes.genotype import MAX_DOCUMENT
from search.evolution.text_input import INVISIBLE, is_visible


class Document(BaseModel):
    """What an answer holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Body(BaseModel):
    """What a request holds: unknown fields are refused, and a number in quotes is no number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


_DIGITS = re.compile(r"^[+-]?[0-9]{1,30}$", re.ASCII)
_REAL = re.compile(r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$", re.ASCII)


def whole_digits(value: Any) -> Any:
    """Addresses hold text; `1_000`, ` 7` and `7.0` are read as numbers by Python, not by anybody else."""
    if isinstance(value, str) and not _DIGITS.match(value):
        raise ValueError("must be a whole number in digits")
    return value


def real_digits(value: Any) -> Any:
    if isinstance(value, str) and not _REAL.match(value):
        raise ValueError("must be a number such as 0.93 or 2e6")
    return value


def _true_or_false(value: Any) -> Any:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("must be true or false")
    return value


Whole = Annotated[int, Field(ge=0, le=LARGEST_INTEGER), BeforeValidator(whole_digits)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), BeforeValidator(real_digits)]
Count = Annotated[int, BeforeValidator(whole_digits)]
"""With bounds of its own."""
Flag = Annotated[bool, BeforeValidator(_true_or_false)]
"""For parameters in addresses."""

ExperimentId = Annotated[
    int,
    BeforeValidator(whole_digits),
    Path(..., ge=1, le=LARGEST_INTEGER, description="Number of an experiment", example=1),
]
Step = Annotated[
    int,
    BeforeValidator(whole_digits),
    Path(..., ge=0, le=LARGEST_INTEGER, description="Evolution step of an individual, from 0", example=0),
]
EvaluationId = Annotated[
    int,
    BeforeValidator(whole_digits),
    Path(..., ge=1, le=LARGEST_INTEGER, description="Number of an evaluation", example=1),
]
RepeatNumber = Annotated[
    int,
    BeforeValidator(whole_digits),
    Path(..., ge=0, le=15, description="Which of the protocol's repeats, from 0", example=0),
]
FinalId = Annotated[
    int,
    BeforeValidator(whole_digits),
    Path(..., ge=1, le=LARGEST_INTEGER, description="Number of a final evaluation", example=1),
]
StudyId = Annotated[
    int,
    BeforeValidator(whole_digits),
    Path(..., ge=1, le=LARGEST_INTEGER, description="Number of a study", example=1),
]
SharedTrainingId = Annotated[
    int,
    BeforeValidator(whole_digits),
    Path(..., ge=1, le=LARGEST_INTEGER, description="Number of a shared training", example=1),
]
EXAMPLE_KEY = "0123456789abcdef0123456789abcdef"
KEY_PATTERN = r"^[0-9a-f]{32}$"
GenotypeKey = Annotated[
    str,
    Path(..., pattern=KEY_PATTERN, description="Key of a genotype: 32 hex digits", example=EXAMPLE_KEY),
]
MotifKey = Annotated[
    str,
    Path(..., pattern=KEY_PATTERN, description="Key of a motif: 32 hex digits", example=EXAMPLE_KEY),
]

Notes = Annotated[str, Field(max_length=20_000)]


def shown(value: str) -> str:
    if not is_visible(value):
        raise ValueError(INVISIBLE)
    return value


Tag = Annotated[
    str,
    Field(min_length=1, max_length=40, pattern=r"^[^\s,]([^,]*[^\s,])?$"),
    AfterValidator(shown),
]
"""No comma, which separates tags on pages."""
Tags = Annotated[list[Tag], Field(max_length=20)]

GivenGenotype = dict[str, Any] | Annotated[str, Field(max_length=MAX_DOCUMENT)]
"""A document with space and levels, or the canonical text."""
IdempotencyKey = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="A text of your own, such as a UUID, that is new for each new request; kept for a day",
    ),
]

ConfigDocument = Annotated[dict[str, Any], WithJsonSchema({"x-schema": "ExperimentConfig"})]
"""Validated by search.evolution.experiments.config. Pydantic cannot refer to a schema that is not its own: `x-schema`
becomes a reference when the OpenAPI document is completed."""
