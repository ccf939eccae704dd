"""Study `space`: which type of cells is best? Random networks of several spaces at equal size, small host and large.

Liu et al. (2018) leave it open: flat cells lead in the search and fall behind in the large network (Table 1). Their
networks differ in size. Pure Python: must import neither Django nor torch.
"""

from typing import Any

from pydantic import Field, field_validator

from search.evolution.experiments.config import ConfigError, ExperimentConfig, experiment_config
from search.evolution.finals.presets import FINAL_PRESETS
from search.evolution.genotypes.space import SPACES
from search.evolution.studies.matched_networks import Sized, matched_networks
from search.evolution.studies.records import NO_FINAL, SPACE_TITLES, ScoredSettings, StudyCell, some_of

MOST_NETWORKS = 100


class SpaceSettings(ScoredSettings):
    """Which spaces, how many networks of each, how equal in size, and their large network."""

    final: str = Field(
        default="laptop-large",
        title="Large network",
        description="How each network is trained in its large host and scored on the test set; none: not at all.",
        json_schema_extra={"choices": [NO_FINAL, *FINAL_PRESETS]},
    )
    final_runs: int = Field(
        default=2,
        ge=1,
        le=16,
        title="Runs of each large network",
        description="Trainings from scratch; from two on they tell how much runs of one network differ.",
    )
    spaces: tuple[str, ...] = Field(
        default=("hierarchical", "flat"),
        min_length=2,
        title="Spaces",
        json_schema_extra={"choices": list(SPACES), "several": True},
    )
    networks: int = Field(
        default=10,
        ge=2,
        le=MOST_NETWORKS,
        title="Networks of each space",
        description="Random ones. From five on rank correlations are told.",
    )
    size_difference: float = Field(
        default=0.1,
        gt=0,
        le=1,
        title="Difference in size",
        description="At most, between networks that are compared: 0.1 is ten per cent of the parameters.",
    )
    draw_seed: int = Field(
        default=1, ge=0, lt=2**31, title="Seed of the draw", description="Another one draws other networks."
    )

    @field_validator("spaces")
    @classmethod
    def _known_spaces(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return some_of(values, SPACES)


def cells(settings: SpaceSettings) -> list[StudyCell]:
    """Size by size one network of each space. Arms are the spaces; a cell's seed is the number of its size.

    Raises ConfigError where too few networks of equal size are found.
    """
    base = settings.base()
    try:
        found = matched_networks(
            settings.spaces,
            settings.networks,
            settings.size_difference,
            base.protocol.shape_host,
            settings.draw_seed,
        )
    except ValueError as refusal:
        raise ConfigError([("networks", str(refusal))]) from None
    return [
        StudyCell(
            arm=space,
            title=SPACE_TITLES.get(space, space),
            seed=number,
            search=_config(base, space, network),
            final=settings.final_plan(),
        )
        for number, group in enumerate(found, start=1)
        for space, network in zip(settings.spaces, group, strict=True)
    ]


def _config(base: ExperimentConfig, space: str, network: Sized) -> ExperimentConfig:
    """A search of that network alone."""
    document: dict[str, Any] = base.to_json() | {"space": space}
    document["strategy"] |= {
        "kind": "random",
        "initial_population": 1,
        "start_from": [{"genotype": network.genotype.text}],
    }
    document["budget"] |= {"individuals": 1, "in_flight": 1}
    return experiment_config(document)
