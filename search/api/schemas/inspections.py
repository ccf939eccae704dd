"""Schemas: inspection of a genotype, from search.evolution.inspection."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from search.api.schemas.base import Count, Document
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.inspection import inspect_genotype
from search.evolution.networks.host import FinalSeparable, Host, HostKind

EXAMPLE: dict[str, Any] = inspect_genotype(PUBLISHED["liu2018"].genotype, Host())


class HostBody(Host):
    """The fixed network that the cell is placed in."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class HostQuery(BaseModel):
    """The same as parameters of an address."""

    host: HostKind = Field(default="small", description="What parameters and multiply-adds are counted in")
    channels: Count = Field(default=16, ge=1, le=1024, description="Width of the first cell")
    cells: Count = Field(default=1, ge=1, le=16, description="Cells in each group")
    image_size: Count = Field(default=32, ge=1, le=1024, description="Side in pixels")
    image_channels: Count = Field(default=3, ge=1, le=64)
    classes: Count = Field(default=10, ge=2, le=100_000)
    final_separable: FinalSeparable = "none"

    def to_host(self) -> Host:
        fields = self.model_dump()
        return Host(kind=fields.pop("host"), **fields)


class EdgePlace(Document):
    """An edge; nodes and slots count from 1."""

    level: int
    motif: int
    successor: int
    predecessor: int


class MotifPlace(Document):
    """A motif slot."""

    level: int
    motif: int


class MotifUses(MotifPlace):
    """How often one cell uses the motif in a slot, through all levels."""

    uses: int


class HostDocument(Document):
    """The host that was counted in."""

    kind: HostKind
    channels: int
    cells: int
    image_size: int
    image_channels: int
    classes: int
    final_separable: Literal["none", "s1_c", "s2_2c"]


class Inspection(Document):
    """What a genotype builds; the network's own fields are null when it builds none."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    text: str = Field(description="Canonical text")
    key: str
    genotype: dict[str, Any] = Field(description="space and levels")
    feasible: bool
    reason: str = Field(description="Why it builds no network")
    phenotype_key: str | None
    parameters: int | None
    multiply_adds: int | None = Field(description="For one image")
    activations: int | None
    depth: int | None = Field(description="Operations on the longest way through the cell")
    operations: int | None
    host: HostDocument
    live_edges: int
    dead_edges: list[EdgePlace]
    unused_motifs: list[MotifPlace]
    dead_motifs: list[MotifPlace]
    uses: list[MotifUses]
