"""Studies of one genotype under many protocols: `scaling`, `protocol-sweep`, `transfer`.

Each cell is a search of a single network, the given one, so that it is trained, repeated and kept like any other.
Pure Python: must import neither Django nor torch.
"""

import math
import random
from itertools import product
from typing import Annotated, Any

from pydantic import Field, field_validator

from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.experiments.datasets import DATASETS
from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.studies.records import ScoredSettings, SeededSettings, StudyCell, some_of

LEARNING_RATE, DECAY, BATCH = "learning_rate", "weight_decay", "batch_size"
Rate = Annotated[float, Field(gt=0, le=100)]
Decay = Annotated[float, Field(ge=0, le=1)]
Batch = Annotated[int, Field(ge=2, le=65_536)]
Width = Annotated[int, Field(ge=1, le=1024)]
Cells = Annotated[int, Field(ge=1, le=16)]


class OneNetworkSettings(SeededSettings):
    """Which genotype; seeds retrain it on the same split."""

    genotype: str = Field(
        default="liu2018",
        title="Genotype",
        description=f"Its text or JSON, or a published cell by its name ({', '.join(PUBLISHED)}).",
    )

    @field_validator("genotype")
    @classmethod
    def _readable(cls, value: str) -> str:
        read_genotype(value)
        return value


class ScalingSettings(OneNetworkSettings):
    """Sizes of the large host."""

    cells_per_group: tuple[Cells, ...] = Field(
        default=(1, 2), min_length=1, title="Cells in each group", description="N of the host's three groups."
    )
    channels: tuple[Width, ...] = Field(
        default=(4, 8), min_length=1, title="Channels", description="c0, the width of the first cell."
    )


class SweepSettings(OneNetworkSettings):
    """Values of a grid, or the range of random points."""

    final: str = Field(
        default="none",
        title="Test score",
        description="A setting is chosen by validation accuracy; the test set is for what was chosen.",
        json_schema_extra=dict(ScoredSettings.model_fields["final"].json_schema_extra or {}),  # type: ignore[arg-type]
    )
    learning_rates: tuple[Rate, ...] = Field(default=(0.03, 0.1, 0.3), min_length=1, title="Learning rates")
    weight_decays: tuple[Decay, ...] = Field(default=(3e-5, 3e-4), min_length=1, title="Weight decays")
    batch_sizes: tuple[Batch, ...] = Field(default=(64,), min_length=1, title="Batch sizes")
    random_points: int = Field(
        default=0,
        ge=0,
        le=200,
        title="Random points",
        description="Evenly on a logarithmic scale between the least and the largest values; 0: the whole grid.",
    )


class TransferSettings(OneNetworkSettings):
    """Data sets."""

    datasets: tuple[str, ...] = Field(
        default=("digits", "fashion-mnist"),
        min_length=1,
        title="Data sets",
        json_schema_extra={"choices": list(DATASETS), "several": True},
    )

    @field_validator("datasets")
    @classmethod
    def _known_datasets(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return some_of(values, DATASETS)


def read_genotype(value: str) -> Genotype:
    """A published cell by its name, or a genotype's text or JSON. Raises GenotypeError."""
    known = PUBLISHED.get(value.strip())
    return known.genotype if known else parse_genotype(value)


def scaling_cells(settings: ScalingSettings) -> list[StudyCell]:
    """Every N with every c0. Arms are named N@filters: cells in a group, width of the last group's cells."""
    sizes = product(settings.cells_per_group, settings.channels)
    arms = [
        (f"{cells}@{4 * channels}", {"host": "large", "cells": cells, "channels": channels})
        for cells, channels in sizes
    ]
    return _cells(settings, arms)


def sweep_cells(settings: SweepSettings) -> list[StudyCell]:
    """The grid, or random points of its range."""
    axes = (settings.learning_rates, settings.weight_decays, settings.batch_sizes)
    points = random_points(settings) if settings.random_points else list(product(*axes))
    arms = [
        (
            f"rate {rate:.4g}, decay {decay:.4g}, batch {batch}",
            {LEARNING_RATE: rate, DECAY: decay, BATCH: batch},
        )
        for rate, decay, batch in points
    ]
    return _cells(settings, arms)


def random_points(settings: SweepSettings) -> list[tuple[float, float, int]]:
    """The same ones for the same settings."""
    rng = random.Random(settings.random_points)
    axes = (settings.learning_rates, settings.weight_decays, settings.batch_sizes)
    found = [tuple(_between(rng, axis) for axis in axes) for _ in range(settings.random_points)]
    return [(rate, decay, round(batch)) for rate, decay, batch in found]


def transfer_cells(settings: TransferSettings) -> list[StudyCell]:
    return _cells(settings, [(name, {"dataset": name}) for name in settings.datasets])


def _between(rng: random.Random, values: tuple[float, ...]) -> float:
    low, high = min(values), max(values)
    if low <= 0:  # no logarithm
        return float(f"{rng.uniform(low, high):.4g}")
    return float(f"{math.exp(rng.uniform(math.log(low), math.log(high))):.4g}")


def _cells(settings: OneNetworkSettings, arms: list[tuple[str, dict[str, Any]]]) -> list[StudyCell]:
    base, genotype = settings.base(), read_genotype(settings.genotype)
    unique = dict(arms)  # a value given twice is one configuration
    return [
        StudyCell(
            arm=name,
            title=name,
            seed=seed,
            search=_config(base, genotype, over, seed),
            final=settings.final_plan(),
        )
        for seed in range(1, settings.seeds + 1)
        for name, over in unique.items()
    ]


def _config(base: ExperimentConfig, genotype: Genotype, over: dict[str, Any], seed: int) -> ExperimentConfig:
    document = base.to_json()
    document["space"] = genotype.space.to_json()
    document["seed"] = seed
    document["protocol"] |= over
    # Seeds differ by chance alone, never by the images that score them.
    protocol = document["protocol"]
    protocol |= {"seed": protocol["seed"] + seed - 1, "split_seed": base.protocol.splits_by}
    document["strategy"] |= {
        "kind": "random",
        "initial_population": 1,
        "start_from": [{"genotype": genotype.text}],
    }
    document["budget"] |= {"individuals": 1, "in_flight": 1}
    return experiment_config(document)
