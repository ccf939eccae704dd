"""Schemas: gain along an evolution, and what final evaluations would take."""

from typing import Any, Self

from pydantic import ConfigDict, Field

from search.api.schemas.base import Document
from search.selectors.evolution_gain import EvolutionGain, GainLine
from search.selectors.final_cost import FinalCost
from search.selectors.price import money_of


class FinalCostDocument(Document):
    """What final evaluations would take together."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "networks": 5,
                    "known": 1,
                    "trainings": 12,
                    "seconds": 800.0,
                    "basis": "from arithmetic for one CPU core; a GPU is many times faster",
                    "money": "0.39 EUR",
                }
            ]
        }
    )

    networks: int
    known: int = Field(description="Whose runs are there, under way or given up: asking again costs nothing")
    trainings: int = Field(description="Runs that are still to be made")
    seconds: float = Field(description="Of devices")
    basis: str
    money: str | None = Field(description="At this installation's price of a device hour; null: it has none")

    @classmethod
    def of(cls, cost: FinalCost) -> Self:
        told = {name: getattr(cost, name) for name in cls.model_fields if name != "money"}
        return cls(money=money_of(cost.seconds), **told)


class GainPointDocument(Document):
    """A network at the step that brought it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"step": 31, "gain": 0.024, "error": 0.004, "final_id": 7}]}
    )

    step: int
    gain: float = Field(description="Less the first network's, a difference of fractions")
    error: float | None = Field(description="Its standard error over runs; null: not known")
    final_id: int | None = Field(description="Its final evaluation; null of a fitness")


EXAMPLE_POINT: dict[str, Any] = {"step": 31, "gain": 0.024, "error": 0.004, "final_id": 7}


class GainLineDocument(Document):
    """Test accuracies under one final protocol."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"protocol": {"host": "large"}, "points": [EXAMPLE_POINT], "rank_correlation": 0.9}]
        }
    )

    protocol: dict[str, Any]
    points: list[GainPointDocument]
    rank_correlation: float | None = Field(
        description="Kendall's tau-b of these networks' fitness with their test accuracy; null below five networks"
    )

    @classmethod
    def of(cls, line: GainLine) -> Self:
        return cls(
            protocol=dict(line.protocol),
            points=[GainPointDocument(**vars(point)) for point in line.points],
            rank_correlation=line.agreement.tau if line.agreement else None,
        )


class GainDocument(Document):
    """Gain along an evolution: fitness and test accuracy less those of the first network (the paper's Figure 4)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"first_step": 0, "fitness": [EXAMPLE_POINT], "lines": []}]}
    )

    first_step: int | None = Field(description="Of the first network; null while nothing can be drawn")
    fitness: list[GainPointDocument] = Field(description="Of each network that was the best when it ended")
    lines: list[GainLineDocument] = Field(description="One for each final protocol that scored the first too")

    @classmethod
    def of(cls, found: EvolutionGain | None) -> Self:
        if found is None:
            return cls(first_step=None, fitness=[], lines=[])
        return cls(
            first_step=found.first_step,
            fitness=[GainPointDocument(**vars(point)) for point in found.fitness],
            lines=[GainLineDocument.of(line) for line in found.lines],
        )
