"""Base class of configuration documents: strict and frozen. Must import neither Django nor torch."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

from search.evolution.genotypes.space import SearchSpace, search_space


class Document(BaseModel):
    """Frozen, and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _named(value: object) -> object:
    return search_space(value) if isinstance(value, str) else value


def _as_written(space: SearchSpace) -> str | dict[str, Any]:
    return space.to_json()


Space = Annotated[SearchSpace, BeforeValidator(_named), PlainSerializer(_as_written)]
"""A search space as documents write it: the name of a preset, or the object of a custom one."""
