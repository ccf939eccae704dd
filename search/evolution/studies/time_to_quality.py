"""Study `time-to-quality`: how good is the best network after so many device hours? Strategies, protocols, or both.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Mapping
from itertools import product
from typing import Any

from pydantic import Field, ValidationError, field_validator

from search.evolution.experiments.config import ConfigError, ExperimentConfig
from search.evolution.experiments.fault_words import fault_message, fault_path
from search.evolution.finals.presets import FINAL_PRESETS
from search.evolution.genotypes.space import SPACES
from search.evolution.strategies import STRATEGIES
from search.evolution.studies.records import (
    NO_FINAL,
    FinalPlan,
    SeededSettings,
    StudyCell,
    cell_seed,
    some_of,
)

MOST_NETWORKS = 100_000
"""Of one search, whatever its time: networks that it has seen before take none."""
MOST_PROTOCOLS = 12
NO_TRAINING = (
    "this preset looks fitness up and trains nothing, so that no device time passes; choose one that trains"
)
SAME_IMAGES = "protocols are compared on the same images; leave dataset to the protocol of all"
NO_NAME = "give each protocol a name of 1 to 40 characters"


class QualitySettings(SeededSettings):
    """Which strategies and protocols, for how long."""

    seeds: int = Field(
        default=3, ge=1, le=30, title="Seeds", description="Independent repetitions of each configuration."
    )
    hours: float = Field(
        default=0.1,
        gt=0,
        le=10_000,
        title="Device hours of each search",
        description="A search proposes until it has spent them; what is in training then runs to its end.",
    )
    space: str = Field(default="hierarchical", title="Space", json_schema_extra={"choices": list(SPACES)})
    strategies: tuple[str, ...] = Field(
        default=("evolution", "random"),
        min_length=1,
        title="Strategies",
        json_schema_extra={"choices": list(STRATEGIES), "several": True},
    )
    initial_population: int = Field(
        default=10, ge=1, le=100_000, title="Initial networks", description="Random ones, at the start."
    )
    protocols: dict[str, dict[str, Any]] = Field(
        default={},
        max_length=MOST_PROTOCOLS,
        title="Protocols",
        description='Compared with each other, as JSON: {"short": {"steps": 30}, "long": {"steps": 120}}. Empty: one.',
    )

    @field_validator("space")
    @classmethod
    def _known_space(cls, value: str) -> str:
        return some_of((value,), SPACES)[0]

    @field_validator("strategies")
    @classmethod
    def _known_strategies(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return some_of(values, STRATEGIES)

    @field_validator("protocols")
    @classmethod
    def _named(cls, values: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name, changes in values.items():
            if not 1 <= len(name.strip()) <= 40:
                raise ValueError(f"{NO_NAME}, not {name[:60]!r}")
            if "dataset" in changes:
                raise ValueError(f"{name}: {SAME_IMAGES}")
        return values


def cells(settings: QualitySettings) -> list[StudyCell]:
    """Seed by seed every strategy under every protocol. Arms are named STRATEGY or STRATEGY/PROTOCOL.

    Each cell draws its own seed: a network that another search has trained would cost this one nothing.
    Raises ConfigError, pydantic's ValidationError.
    """
    bases = _bases(settings)
    final = _final_plan(settings, next(iter(_bases(settings.model_copy(update={"protocols": {}})).values())))
    return [
        StudyCell(
            arm=f"{strategy}/{protocol}" if protocol else strategy,
            title=f"{STRATEGIES[strategy].title}{f' · {protocol}' if protocol else ''}",
            seed=seed,
            search=settings.search(
                bases[protocol],
                space=settings.space,
                seed=cell_seed("time-to-quality", strategy, protocol, seed),
                networks=MOST_NETWORKS,
                strategy={"kind": strategy, "initial_population": settings.initial_population},
            ),
            final=final,
        )
        for seed, protocol, strategy in product(range(1, settings.seeds + 1), bases, settings.strategies)
    ]


def _bases(settings: QualitySettings) -> Mapping[str, ExperimentConfig]:
    """Name of the protocol -> the configuration of its searches; "" where there is one alone."""
    found = {}
    for name, changes in (settings.protocols or {"": {}}).items():
        changed = settings.model_copy(update={"protocol": settings.protocol | changes})
        try:
            base = changed.base()
        except ValidationError as error:
            if not changes:
                raise
            faults = [
                (f"protocols.{name}.{fault_path(row).removeprefix('protocol.')}", fault_message(row))
                for row in error.errors()
            ]
            raise ConfigError(faults) from None
        if base.protocol.evaluator.kind != "train":
            raise ConfigError([("preset", NO_TRAINING)])
        budget = base.budget.model_copy(update={"device_hours": settings.hours})
        found[name.strip()] = base.model_copy(update={"budget": budget})
    return found


def _final_plan(settings: QualitySettings, base: ExperimentConfig) -> FinalPlan | None:
    """The same training for the best networks of all protocols: what these change is as the base has it."""
    plan = settings.final_plan()
    if plan is None or settings.final == NO_FINAL:
        return None
    document = base.protocol.model_dump(mode="json")
    changed = {name for changes in settings.protocols.values() for name in changes}
    same = {name: document[name] for name in sorted(changed - set(FINAL_PRESETS[settings.final].values))}
    return FinalPlan(plan.preset, same | dict(plan.over))
