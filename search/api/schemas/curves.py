"""Schemas: curves of experiments and of trainings."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema

from search.api.schemas.base import Document
from search.api.schemas.experiments import State
from search.api.schemas.individuals import WorkState

Point = Annotated[
    tuple[int, float | None, int, int | None, WorkState],
    WithJsonSchema(
        {
            "type": "array",
            "description": "[evolution step, fitness or null, parameters, place in the order of completion or null, "
            "state]",
            "items": {"type": ["number", "string", "null"]},
            "minItems": 5,
            "maxItems": 5,
        }
    ),
]
Rise = Annotated[
    tuple[int, float],
    WithJsonSchema(
        {
            "type": "array",
            "description": "[evolution step, fitness]",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
        }
    ),
]
"""Without prefixItems, which not every reader of schemas knows."""


class CurveDelta(Document):
    """What has finished since a cursor. A point may come again in a later answer: its step tells."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cursor": "4.1.0",
                    "anew": False,
                    "state": "running",
                    "open": True,
                    "more": False,
                    "points": [
                        [0, 0.71, 9830, 0, "done"],
                        [2, 0.8, 12044, 1, "done"],
                        [1, 0.78, 15274, 2, "done"],
                        [4, 0.83, 11702, 3, "done"],
                        [3, None, 40112, None, "failed"],
                    ],
                    "best": [[0, 0.71], [2, 0.8], [4, 0.83]],
                }
            ]
        }
    )

    cursor: str = Field(description="To be given as `after` next time")
    anew: bool = Field(
        description="Results that were sent before have changed: forget them, this answer begins anew"
    )
    state: State
    open: bool = Field(description="Whether more may come: ask again later")
    more: bool = Field(description="Whether more is there already: ask again at once")
    points: list[Point] = Field(description="In the order of completion, failed ones last")
    best: list[Rise] = Field(description="The best fitness so far, where it rose")


class LearningPoint(Document):
    """One point of a learning curve; null where nothing was measured."""

    step: int
    loss: float | None
    train_accuracy: float | None
    validation_accuracy: float | None
    seconds: float | None

    @classmethod
    def of(cls, point: dict[str, Any]) -> "LearningPoint":
        return cls(**{name: point.get(name) for name in cls.model_fields})


class RepeatCurve(Document):
    """The learning curve of one repeat."""

    repeat: int
    accuracy: float
    points: list[LearningPoint]


class LearningCurves(Document):
    """All repeats of an evaluation, and the one that is being trained."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "state": "done",
                    "progress": 1.0,
                    "repeats": [
                        {
                            "repeat": 0,
                            "accuracy": 0.94,
                            "points": [
                                {
                                    "step": 60,
                                    "loss": 0.31,
                                    "train_accuracy": 0.95,
                                    "validation_accuracy": 0.94,
                                    "seconds": 1.6,
                                }
                            ],
                        }
                    ],
                    "live": [],
                }
            ]
        }
    )

    state: WorkState
    progress: float
    repeats: list[RepeatCurve]
    live: list[LearningPoint] = Field(description="Of the repeat that is being trained")
