"""Records of studies: settings documents, cells and kinds.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field, field_validator

from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.experiments.document import Document
from search.evolution.experiments.presets import PRESETS
from search.evolution.finals.presets import FINAL_PRESETS
from search.evolution.networks.hashing import derive_seed

NO_FINAL = "none"
SPACE_TITLES: dict[str, str] = {
    "flat": "Flat",
    "flat-constrained": "Flat, parameters limited",
    "hierarchical": "Hierarchical",
}
"""What the named spaces are called in studies."""
LARGEST_SEED = 10**9
MOST_CELLS = 400
TOO_MANY_CELLS = "this makes {count} cells; a study has at most {most}"


def some_of(values: tuple[str, ...], known: Iterable[str]) -> tuple[str, ...]:
    """The values, all of them known and each there once. Raises ValueError."""
    names = list(known)
    for value in values:
        if value not in names:
            raise ValueError(f"unknown {value!r}; use some of {', '.join(names)}")
    if len(set(values)) < len(values):
        raise ValueError(f"holds one twice: {', '.join(values)}")
    return values


class StudySettings(Document):
    """What every kind of study is told."""

    preset: str = Field(
        default="quick",
        title="Protocol of",
        description="Preset whose data set and protocol train every network.",
        json_schema_extra={"choices": list(PRESETS)},
    )
    protocol: dict[str, Any] = Field(
        default={},
        title="Protocol, changed",
        description='Fields that differ from the preset\'s, as JSON: {"dataset": "fashion-mnist", "steps": 200}.',
    )
    device_hours: float | None = Field(
        default=None,
        gt=0,
        le=1e6,
        title="Budget, device hours",
        description="The study pauses when so much time of devices is spent; empty: it has no such end.",
        json_schema_extra={"budget": True},
    )

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, value: str) -> str:
        if value not in PRESETS:
            raise ValueError(f"unknown preset {value!r}; use one of {', '.join(PRESETS)}")
        return value

    def base(self) -> ExperimentConfig:
        """The preset with its protocol changed and without early decisions: every network gets all its repeats, so that
        equally many networks are equally many trainings. Raises pydantic's ValidationError."""
        document = PRESETS[self.preset].config.to_json()
        document["protocol"] |= self.protocol
        document["decisions"] = {}
        return ExperimentConfig.model_validate(document)


class ScoredSettings(StudySettings):
    """Of studies of searches, whose best network is scored on the test set when a search is over."""

    in_flight: int = Field(
        default=2, ge=1, le=1000, title="Trainings at once", description="Of each search, at most."
    )
    final: str = Field(
        default="short",
        title="Test score",
        description="How the best network of each search is trained for its score on the test set.",
        json_schema_extra={"choices": [NO_FINAL, *FINAL_PRESETS]},
    )
    final_runs: int = Field(
        default=3,
        ge=1,
        le=16,
        title="Runs of each test score",
        description="Trainings from scratch, averaged.",
    )
    final_protocol: dict[str, Any] = Field(
        default={},
        title="Test score, changed",
        description='Fields of its training that differ, as JSON: {"steps": 500}.',
    )

    @field_validator("final")
    @classmethod
    def _known_final(cls, value: str) -> str:
        if value != NO_FINAL and value not in FINAL_PRESETS:
            raise ValueError(f"unknown {value!r}; use {NO_FINAL} or one of {', '.join(FINAL_PRESETS)}")
        return value

    def search(
        self, base: ExperimentConfig, *, space: str, seed: int, networks: int, strategy: Mapping[str, Any]
    ) -> ExperimentConfig:
        """One search of the study; `strategy` holds the fields that are not the base's. Raises ConfigError."""
        document = base.to_json() | {"space": space, "seed": seed}
        document["strategy"] |= {"start_from": [], **strategy}
        document["budget"] |= {"individuals": networks, "in_flight": self.in_flight}
        return experiment_config(document)

    def final_plan(self) -> "FinalPlan | None":
        """What follows each search."""
        if self.final == NO_FINAL:
            return None
        return FinalPlan(self.final, self.final_protocol | {"repeats": self.final_runs})


class SeededSettings(ScoredSettings):
    """Of studies that repeat each configuration with other seeds."""

    seeds: int = Field(
        default=1, ge=1, le=30, title="Seeds", description="Independent repetitions of each configuration."
    )


@dataclass(frozen=True)
class FinalPlan:
    """How a network is scored on the test set: a preset of final evaluations, and what of it is different."""

    preset: str
    over: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyCell:
    """One configuration with one seed: a search, the test score of its best network, or both."""

    arm: str
    """Names the configuration within the study; cells of one arm differ by their seeds alone."""
    title: str
    """Of the arm, for people."""
    seed: int
    """Number of the repetition, from 1; in a study of spaces that of the networks of one size."""
    search: ExperimentConfig
    final: FinalPlan | None = None
    along: int = 0
    """So many moments of the search, whose best networks are scored as its best is, and its first network."""


ResultsLayout = Literal["arms", "paper-table-1", "one-network", "spaces", "quality"]
"""How the results of a kind are told."""


@dataclass(frozen=True)
class StudyKind:
    """One row of the table of studies."""

    name: str
    title: str
    question: str
    """What it answers, for people."""
    settings: type[StudySettings]
    cells: Callable[[Any], list[StudyCell]]
    """From valid settings of that type."""
    results: ResultsLayout = "arms"
    """How the results are laid out."""


def cell_seed(*parts: object) -> int:
    """The seed of one cell's search, which depends on every part: from 1, short enough to be read out."""
    return 1 + derive_seed(*parts) % LARGEST_SEED
