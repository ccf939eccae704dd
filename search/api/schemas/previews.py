"""Schemas: previews; cost by edge, training estimate, change, known network."""

from typing import Any

from pydantic import Field

from search.api.schemas.base import Document
from search.evolution.networks.cost import Cost
from search.evolution.preview import Preview
from search.selectors.previews import Previewed


class EdgeCost(Document):
    """One live edge through all uses of its motif; above level 2 with the whole motif that it carries."""

    level: int
    motif: int
    successor: int
    predecessor: int
    parameters: int
    multiply_adds: int


class MotifCost(Document):
    """All copies of one used motif, projections included."""

    level: int
    motif: int
    parameters: int
    multiply_adds: int


class PartCost(Document):
    """A part of the network."""

    parameters: int
    multiply_adds: int

    @classmethod
    def of(cls, cost: Cost) -> "PartCost":
        return cls(parameters=cost.parameters, multiply_adds=cost.multiply_adds)


class Costs(Document):
    """Where the cost of a network lies."""

    edges: list[EdgeCost]
    motifs: list[MotifCost] = Field(description="Below the cell")
    cells: PartCost = Field(description="All cells together")
    host: PartCost = Field(description="The fixed layers around them")

    @classmethod
    def of(cls, preview: Preview) -> "Costs | None":
        network = preview.network
        if network is None:
            return None
        whole, cells = PartCost.of(network.cost), PartCost.of(network.cells)
        return cls(
            edges=[
                EdgeCost(
                    level=level,
                    motif=slot,
                    successor=successor,
                    predecessor=predecessor,
                    parameters=cost.parameters,
                    multiply_adds=cost.multiply_adds,
                )
                for (level, slot, successor, predecessor), cost in sorted(network.edges.items())
            ],
            motifs=[
                MotifCost(
                    level=level, motif=slot, parameters=cost.parameters, multiply_adds=cost.multiply_adds
                )
                for (level, slot), cost in sorted(network.motifs.items())
            ],
            cells=cells,
            host=PartCost(
                parameters=whole.parameters - cells.parameters,
                multiply_adds=whole.multiply_adds - cells.multiply_adds,
            ),
        )


class TrainingEstimate(Document):
    """What one evaluation, all repeats, would take."""

    memory_bytes: int = Field(description="Predicted, above the worker's own, on a CPU")
    seconds: float
    recorded: int = Field(
        description="Evaluations of the experiment that the seconds rest on; 0: on arithmetic"
    )

    @classmethod
    def of(cls, found: Previewed) -> "TrainingEstimate | None":
        training = found.preview.training
        if training is None or found.seconds is None:
            return None
        return cls(memory_bytes=training.memory_bytes, seconds=found.seconds, recorded=found.recorded)


class PreviewChange(Document):
    """Against `start`; null where one of the two has no such number."""

    edges: int | None = Field(description="Edges that differ; null between genotypes of different shapes")
    live_edges: int
    parameters: int | None
    multiply_adds: int | None
    depth: int | None
    memory_bytes: int | None
    seconds: float | None

    @classmethod
    def of(cls, found: Previewed) -> "PreviewChange | None":
        change = found.preview.change
        if change is None:
            return None
        both = found.seconds is not None and found.start_seconds is not None
        return cls(
            **vars(change), seconds=(found.seconds or 0) - (found.start_seconds or 0) if both else None
        )


EXAMPLE: dict[str, Any] = {
    "obstacles": [],
    "costs": None,
    "training": {"memory_bytes": 42_000_000, "seconds": 3.2, "recorded": 60},
    "change": {
        "edges": 1,
        "live_edges": 1,
        "parameters": 7040,
        "multiply_adds": 7_200_000,
        "depth": 0,
        "memory_bytes": 1_000_000,
        "seconds": 0.1,
    },
}
