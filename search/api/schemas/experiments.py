"""Schemas: experiments."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, model_validator

from search import models
from search.api.budgets import BudgetText
from search.api.schemas.base import EXAMPLE_KEY, Body, ConfigDocument, Document, Notes, shown
from search.evolution.experiments.folder_content import READING
from search.evolution.experiments.presets import PRESETS

State = Literal["draft", "running", "paused", "finished", "stopped", "failed"]
ENDED: tuple[State, ...] = ("finished", "stopped", "failed")

Name = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"\S", description="To find it again"),
    AfterValidator(shown),
]

CREATE_EXAMPLES: dict[str, dict[str, Any]] = {
    "from a preset": {"value": {"preset": "quick", "name": "Digits, first try"}},
    "a preset with overrides, started at once": {
        "value": {
            "preset": "quick",
            "name": "Wider tournament",
            "overrides": {"seed": 7, "strategy": {"tournament_fraction": 0.5}, "budget": {"individuals": 40}},
            "start": True,
        }
    },
    "two device hours": {"value": {"preset": "quick", "budget": "2 h"}},
    "one of three repeats at first, more for what leads": {
        "value": {
            "preset": "quick",
            "overrides": {"protocol": {"repeats": 3}, "decisions": {"first_repeats": 1}},
        }
    },
    "a whole document": {
        "value": {
            "name": "Random search",
            "config": {
                "space": "flat",
                "strategy": {"kind": "random", "initial_population": 10},
                "protocol": {"dataset": "digits", "channels": 4, "steps": 60, "batch_size": 64},
                "budget": {"individuals": 10, "in_flight": 2},
                "seed": 3,
            },
        }
    },
}


class ExperimentCreate(Body):
    """A new experiment: from a preset, from a whole configuration or as a copy of another one's."""

    name: Name | None = Field(default=None, description="Left out: the preset's title or the copied name")
    notes: Notes = ""
    preset: str | None = Field(default=None, description=f"One of {', '.join(PRESETS)}")
    config: ConfigDocument | None = None
    clone_of: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        default=None, description="Number of the experiment whose configuration is taken"
    )
    overrides: ConfigDocument | None = Field(
        default=None,
        description="Laid over the configuration: objects are merged, all else replaces what was there, "
        "null included",
    )
    budget: BudgetText = None
    start: bool = Field(default=False, description="Start it at once")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [field for field in ("preset", "config", "clone_of") if getattr(self, field) is not None]
        if len(given) != 1:
            said = " and ".join(given) or "none of them"
            raise ValueError(f"give exactly one of preset, config and clone_of; got {said}")
        return self


EXAMPLE_SUMMARY: dict[str, Any] = {
    "id": 1,
    "name": "Digits, first try",
    "state": "running",
    "reason": "",
    "found_nothing": False,
    "awaits": None,
    "tags": ["digits"],
    "archived": False,
    "owner": None,
    "created_at": "2026-11-22T09:00:00Z",
    "started_at": "2026-11-22T09:00:01Z",
    "finished_at": None,
    "individuals": 80,
    "proposed": 31,
    "evaluated": 29,
    "failed": 0,
    "shared": 2,
    "stopped_early": 0,
    "refused": 0,
    "best": {
        "step": 17,
        "fitness": 0.94,
        "fitness_spread": None,
        "parameters": 15_274,
        "multiply_adds": 612_000,
        "genotype_key": "0123456789abcdef0123456789abcdef",
    },
    "train_seconds": 61.5,
}

EXAMPLE_REPORT: dict[str, Any] = {
    "fingerprint": EXAMPLE_KEY,
    "images": 60,
    "classes": [{"name": "cat", "images": 30}, {"name": "dog", "images": 30}],
    "test_images": 0,
    "layout": "one directory a class",
    "passed_over": [
        "Passed over: 6 images in hidden or tool-made files and folders (cat/.ipynb_checkpoints)."
    ],
    "duplicates": 0,
    "licence": "not stated",
    "reading": READING,
}


class Best(Document):
    """The fittest individual so far; ties go to fewer parameters, then to the earlier step."""

    step: int
    fitness: float | None
    fitness_spread: float | None
    parameters: int
    multiply_adds: int
    genotype_key: str

    @classmethod
    def of(cls, row: models.Individual) -> Self:
        return cls(
            step=row.step,
            fitness=row.fitness,
            fitness_spread=row.fitness_spread,
            parameters=row.parameters,
            multiply_adds=row.multiply_adds,
            genotype_key=row.genotype.key,
        )


class ExperimentSummary(Document):
    """An experiment as lists show it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_SUMMARY]})

    id: int
    name: str
    state: State
    reason: str = Field(description="Why it is in this state, where there is more to say")
    found_nothing: bool = Field(
        description="Whether it is finished or stopped and all that was tried failed or was stopped early"
    )
    awaits: str | None = Field(
        description="The data set that it is paused for: it goes on by itself when that is there"
    )
    tags: list[str]
    archived: bool
    owner: str | None = Field(description="Who made it; null where there are no accounts")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    individuals: int = Field(description="Individuals to be proposed in all")
    proposed: int = Field(description="Individuals so far")
    evaluated: int
    failed: int
    shared: int = Field(description="Individuals whose network was known or under way already")
    stopped_early: int = Field(
        description="Individuals whose training an early decision stopped or keeps waiting"
    )
    refused: int = Field(description="Children that a proxy refused before they were proposed")
    best: Best | None
    train_seconds: float

    @classmethod
    def of(cls, row: models.Experiment) -> Self:
        return cls(**_fields(row))


class ImageClass(Document):
    """One class of a folder of images."""

    name: str
    images: int = Field(description="Outside the test set")


class DatasetReport(Document):
    """A folder of images as a worker found it when the search began."""

    fingerprint: str = Field(
        description="Of the images' names, classes and bytes; part of the protocol's key"
    )
    images: int = Field(description="Outside the test set")
    classes: list[ImageClass]
    test_images: int = Field(description="In its test set, which no search reads; 0: it has none")
    layout: str
    passed_over: list[str] = Field(description="What was left out and why")
    duplicates: int = Field(description="Images whose files are equal to another one's")
    licence: str
    reading: str = Field(description="How images become pixels")

    @classmethod
    def of(cls, stored: Any) -> Self | None:
        """None too for one of an imported file that is none."""
        try:
            return None if stored is None else cls.model_validate(stored)
        except ValidationError:
            return None


class ExperimentDocument(ExperimentSummary):
    """An experiment, whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_SUMMARY
                | {"notes": "", "config": PRESETS["quick"].config.to_json(), "dataset_report": EXAMPLE_REPORT}
            ]
        }
    )

    notes: str
    config: ConfigDocument
    dataset_report: DatasetReport | None = Field(
        description="What a worker found in the folder of images that it trains on; null for other data sets"
    )

    @classmethod
    def of(cls, row: models.Experiment) -> Self:
        return cls(
            **_fields(row),
            notes=row.notes,
            config=row.config,
            dataset_report=DatasetReport.of(row.dataset_report),
        )


def _fields(row: models.Experiment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "state": row.state,
        "reason": row.reason,
        "found_nothing": row.found_nothing,
        "awaits": row.awaits["dataset"] if row.awaits and row.state == "paused" else None,
        "tags": row.tags,
        "archived": row.archived,
        "owner": row.owner.get_username() if row.owner else None,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "individuals": row.individuals_planned,
        "proposed": row.proposed,
        "evaluated": row.evaluated,
        "failed": row.failed,
        "shared": row.shared,
        "stopped_early": row.stopped_early,
        "refused": row.refused,
        "best": Best.of(row.best) if row.best else None,
        "train_seconds": row.train_seconds,
    }


class ExperimentPage(Document):
    """A page of experiments."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE_SUMMARY], "next_cursor": None}]}
    )

    items: list[ExperimentSummary]
    next_cursor: str | None = Field(description="Null on the last page")


class Waited(Document):
    """An experiment after a wait."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ended": False, "experiment": EXAMPLE_SUMMARY}]}
    )

    ended: bool = Field(description="Whether it is finished, stopped or failed; otherwise wait again")
    experiment: ExperimentSummary
