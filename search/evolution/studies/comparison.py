"""Study `comparison`: any set of strategies in any set of spaces, equally many networks each (section 4 of the paper).

Pure Python: must import neither Django nor torch.
"""

from pydantic import Field, field_validator

from search.evolution.genotypes.space import SPACES
from search.evolution.strategies import STRATEGIES
from search.evolution.studies.records import SeededSettings, StudyCell, some_of

INITIAL_SHARE = 4
"""One in so many networks belongs to the initial population."""


class ComparisonSettings(SeededSettings):
    """Which strategies, in which spaces, with how many networks."""

    seeds: int = Field(
        default=3, ge=1, le=30, title="Seeds", description="Independent repetitions of each configuration."
    )
    networks: int = Field(
        default=40, ge=2, le=1_000_000, title="Networks", description="Of each search: the same for all."
    )
    spaces: tuple[str, ...] = Field(
        default=("hierarchical", "flat"),
        min_length=1,
        title="Spaces",
        json_schema_extra={"choices": list(SPACES), "several": True},
    )
    strategies: tuple[str, ...] = Field(
        default=("evolution", "random"),
        min_length=1,
        title="Strategies",
        description="Each with the settings of its preset; the paper compares the first two.",
        json_schema_extra={"choices": list(STRATEGIES), "several": True},
    )

    @field_validator("spaces")
    @classmethod
    def _known_spaces(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return some_of(values, SPACES)

    @field_validator("strategies")
    @classmethod
    def _known_strategies(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return some_of(values, STRATEGIES)


def cells(settings: ComparisonSettings) -> list[StudyCell]:
    """Seed by seed all strategies in all spaces. Arms are named SPACE/STRATEGY.

    All arms have the seeds 1, 2, …: those that draw alike share their first networks, which are trained once.
    """
    base = settings.base()
    initial = max(2, settings.networks // INITIAL_SHARE)
    return [
        StudyCell(
            arm=f"{space}/{strategy}",
            title=f"{space.capitalize()} · {STRATEGIES[strategy].title}",
            seed=seed,
            search=settings.search(
                base,
                space=space,
                seed=seed,
                networks=settings.networks,
                strategy={"kind": strategy, "initial_population": initial},
            ),
            final=settings.final_plan(),
        )
        for seed in range(1, settings.seeds + 1)
        for space in settings.spaces
        for strategy in settings.strategies
    ]
