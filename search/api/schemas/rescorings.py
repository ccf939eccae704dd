"""Schemas: the best of a search trained afresh."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from search.api.bodies import LARGEST_INTEGER
from search.api.schemas.base import Body, Count, Document
from search.selectors.rescored import Rescored

RESCORING_EXAMPLES: dict[str, dict[str, Any]] = {
    "ten times": {"value": {"repeats": 10}},
    "another of its networks": {"value": {"step": 2}},
}


class RescoringCreate(Body):
    """How to train the best of a search afresh."""

    repeats: Annotated[int, Field(ge=1, le=16)] = Field(
        default=5, description="Trainings, each with a seed of its own"
    )
    step: int | None = Field(
        default=None, ge=0, le=2**63 - 1, description="An individual of it; null: its best"
    )


class RescoringQuery(BaseModel):
    """Whose rescorings to show."""

    step: Annotated[Count, Field(ge=0, le=LARGEST_INTEGER)] | None = Field(
        default=None, description="An individual; without it the best"
    )


class RescoringDocument(Document):
    """What the best of a search reached when it was trained afresh."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "step": 61,
                    "fitness": 0.969,
                    "trainings": 5,
                    "planned": 5,
                    "mean": 0.937,
                    "low": 0.931,
                    "high": 0.943,
                    "loss": 0.032,
                    "experiments": [7],
                    "summary": "Trained afresh 5 times with other seeds it reached 93.7 % (95 % interval of the mean "
                    "93.1 to 94.3): 3.2 points below the 96.9 % that won.",
                }
            ]
        }
    )

    step: int | None = Field(
        description="The best individual, or the one asked for; null before there is one"
    )
    fitness: float | None = Field(description="By which it became the best")
    trainings: int = Field(description="Fresh ones that have ended")
    planned: int
    mean: float | None = Field(description="Of the fresh trainings")
    low: float | None = Field(description="End of the 95 % interval of that mean; null below two trainings")
    high: float | None
    loss: float | None = Field(description="The fitness that won less that mean")
    experiments: list[int] = Field(description="Numbers of the experiments that train it")
    summary: str = Field(description="The same in a sentence; empty where nobody has asked for it")

    @classmethod
    def of(cls, step: int | None, fitness: float | None, found: Rescored | None) -> Self:
        estimate = found.estimate if found else None
        interval = estimate if estimate is not None and estimate.margin is not None else None
        return cls(
            step=step,
            fitness=fitness,
            trainings=found.trainings if found else 0,
            planned=found.planned if found else 0,
            mean=estimate.value if estimate else None,
            low=interval.low if interval else None,
            high=interval.high if interval else None,
            loss=found.loss if found else None,
            experiments=list(found.experiments) if found else [],
            summary=found.summary if found else "",
        )
