"""Base class of configuration documents: strict and frozen. Must import neither Django nor torch."""

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """Frozen, and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
