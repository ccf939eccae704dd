"""Schemas: studies, several searches that answer one question together."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field

from search import models
from search.api.budgets import BudgetText, hours_of
from search.api.schemas.base import Body, Document
from search.api.schemas.study_quality import QualityDocument
from search.api.schemas.study_results import ArmDocument, CellDocument, DifferenceDocument
from search.api.schemas.study_spaces import SpacesDocument
from search.evolution.studies.records import StudyKind
from search.evolution.studies.rows import STUDY_KINDS, results_layout
from search.selectors.price import money_of
from search.selectors.studies import StudyResults
from search.selectors.study_cost import StudyCost

StudyState = Literal["running", "paused", "finished", "stopped"]
EXAMPLE_ROW: dict[str, Any] = {
    "id": 1,
    "kind": "paper-table-1",
    "title": "Table 1 of the paper",
    "state": "running",
    "settings": {"preset": "quick", "seeds": 1, "scale": 0.005},
    "cells": 12,
    "complete": 3,
    "created_at": "2026-11-30T09:00:00Z",
    "finished_at": None,
}


class StudyRow(Document):
    """A study as lists show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ROW]})

    id: int
    kind: str
    title: str
    state: StudyState
    settings: dict[str, Any] = Field(description="Of its kind")
    cells: int = Field(description="Configurations times seeds")
    complete: int = Field(description="Cells for which nothing more will be started")
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: models.Study) -> Self:
        """From a row of `search.selectors.studies.studies`."""
        return cls(
            id=row.pk,
            cells=row.all_cells,  # type: ignore[attr-defined]
            complete=row.complete_cells,  # type: ignore[attr-defined]
            **{name: getattr(row, name) for name in _SAME},
        )


_SAME = ("kind", "title", "state", "settings", "created_at", "finished_at")


class StudyPage(Document):
    """A page of studies, the latest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE_ROW], "next_cursor": None}]})

    items: list[StudyRow]
    next_cursor: str | None = Field(description="Null on the last page")


EXAMPLE_ARM: dict[str, Any] = {
    "arm": "flat/evolution",
    "title": "Flat, evolution (35)",
    "test": {"mean": 0.96, "deviation": 0.01, "count": 3},
    "over": "runs",
    "fitness": {"mean": 0.95, "deviation": None, "count": 1},
}


class StudyDocument(StudyRow):
    """A study with its cells and what was measured."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_ROW
                | {
                    "device_seconds": 812.5,
                    "money": "0.56 EUR",
                    "other_trainers": [],
                    "arms": [EXAMPLE_ARM],
                    "differences": [
                        {"arm": "flat/evolution", "other": "flat/one", "value": 0.02, "chance": 0.03}
                    ],
                    "places": [
                        {
                            "arm": "flat/evolution",
                            "seed": 1,
                            "experiment_id": 4,
                            "final_id": 2,
                            "along_ids": [3, 4],
                            "fitness": 0.95,
                            "accuracies": [0.95, 0.96, 0.97],
                            "complete": True,
                        }
                    ],
                    "spaces": None,
                    "quality": None,
                }
            ]
        }
    )

    device_seconds: float
    money: str | None = Field(description="What that has cost, where a price of a device hour is set")
    other_trainers: list[str] = Field(
        description="Trainers other than the project's own that gave fitness: their figures may be made up"
    )
    arms: list[ArmDocument]
    differences: list[DifferenceDocument] = Field(description="Each pair once")
    places: list[CellDocument] = Field(description="Every cell")
    spaces: SpacesDocument | None = Field(description="Of a comparison of spaces; null of other kinds")
    quality: list[QualityDocument] | None = Field(description="Of time to quality; null of other kinds")

    @classmethod
    def of_one(cls, row: models.Study, results: StudyResults) -> Self:
        layout = results_layout(row.kind)
        return cls(
            **dict(StudyRow.of(row)),
            device_seconds=results.device_seconds,
            money=money_of(results.device_seconds),
            other_trainers=list(results.other_trainers),
            arms=[ArmDocument.of(arm) for arm in results.arms],
            differences=DifferenceDocument.all_of(results),
            places=[CellDocument.of(cell) for cell in results.cells],
            spaces=SpacesDocument.of(results) if layout == "spaces" else None,
            quality=QualityDocument.all_of(results) if layout == "quality" else None,
        )


class StudyCostDocument(Document):
    """What a study would take, at most: networks that several cells try are trained once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cells": 12,
                    "networks": 219,
                    "final_trainings": 36,
                    "search_seconds": 500.0,
                    "final_seconds": 60.0,
                    "basis": "from 90 recorded trainings under the same protocol",
                    "money": "0.39 EUR",
                }
            ]
        }
    )

    cells: int
    networks: int = Field(description="Individuals of all searches")
    final_trainings: int
    search_seconds: float = Field(description="Of devices")
    final_seconds: float
    basis: str
    money: str | None = Field(description="At this installation's price of a device hour; null: it has none")

    @classmethod
    def of(cls, cost: StudyCost) -> Self:
        told = {name: getattr(cost, name) for name in cls.model_fields if name != "money"}
        return cls(money=money_of(cost.seconds), **told)


class StudyKindDocument(Document):
    """A kind of study."""

    name: str
    title: str
    question: str
    settings: dict[str, Any] = Field(description="JSON schema of what it is told, with its defaults")

    @classmethod
    def of(cls, row: StudyKind) -> Self:
        return cls(
            name=row.name, title=row.title, question=row.question, settings=row.settings.model_json_schema()
        )


class StudyKindList(Document):
    """All kinds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "name": "paper-table-1",
                            "title": STUDY_KINDS["paper-table-1"].title,
                            "question": STUDY_KINDS["paper-table-1"].question,
                            "settings": {"type": "object"},
                        }
                    ]
                }
            ]
        }
    )

    items: list[StudyKindDocument]


CREATE_EXAMPLES: dict[str, dict[str, Any]] = {
    "the paper's table, small": {
        "value": {"kind": "paper-table-1", "settings": {"scale": 0.001, "final": "none"}}
    },
    "spaces, within a budget": {"value": {"kind": "space", "settings": {"networks": 2}, "budget": "3 h"}},
}


class StudyCreate(Body):
    """Which study, and what it is told."""

    kind: str = Field(description=f"One of {', '.join(STUDY_KINDS)}")
    settings: dict[str, Any] = Field(default={}, description="What differs from the kind's defaults")
    title: str = Field(default="", max_length=200, description="For people; empty: the kind's own")
    budget: BudgetText = None

    def told(self) -> dict[str, Any]:
        """The settings with the budget in hours. Raises Problem (422)."""
        return (
            self.settings if self.budget is None else self.settings | {"device_hours": hours_of(self.budget)}
        )
