"""Study `paper-table-1`: the 3 x 4 factorial behind Table 1 of Liu et al. (2018), at any scale (methods A10).

Space (hierarchical, flat, flat with limited parameters) x search (one random genotype, random search of 200 and of
7,000 networks, evolution of 7,000). The paper shows 8 of these 12 cells. Pure Python: must import neither Django nor
torch.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, field_validator

from search.evolution.experiments.config import ExperimentConfig
from search.evolution.studies.records import SPACE_TITLES, SeededSettings, StudyCell, cell_seed, some_of

Space = Literal["flat", "flat-constrained", "hierarchical"]
SearchName = Literal["one", "random-200", "random-7000", "evolution"]
FEW, MANY = 200, 7000
"""Networks of the paper's short random search, which is its initial population too, and of its long searches."""


class PaperTableSettings(SeededSettings):
    """Scale, spaces and searches of the factorial."""

    scale: float = Field(
        default=0.005,
        gt=0,
        le=1,
        title="Scale",
        description="Share of the paper's networks: at 0.005 its 7,000 are 35, and its 200 are 2.",
    )
    spaces: tuple[Space, ...] = Field(
        default=("flat", "flat-constrained", "hierarchical"), min_length=1, title="Spaces"
    )
    searches: tuple[SearchName, ...] = Field(
        default=("one", "random-200", "random-7000", "evolution"), min_length=1, title="Searches"
    )

    along: int = Field(
        default=5,
        ge=0,
        le=50,
        title="Figure 4, moments",
        description="Of the first evolution in each space its first network and the best of so many moments get a test "
        "score too, as the best has; 0: no Figure 4.",
    )

    @field_validator("spaces", "searches")
    @classmethod
    def _each_once(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return some_of(values, values)

    @property
    def few(self) -> int:
        return max(2, round(FEW * self.scale))

    @property
    def many(self) -> int:
        return max(self.few + 1, round(MANY * self.scale))

    def networks(self, search: str) -> int:
        """Individuals of one search."""
        return {"one": 1, "random-200": self.few}.get(search, self.many)


def cells(settings: PaperTableSettings) -> list[StudyCell]:
    """Every seed's whole factorial, one seed after the other. Arms are named SPACE/SEARCH.

    Each cell draws its own seed, so that no cell repeats another's networks and differences may be tested as those of
    independent samples.
    """
    base = settings.base()
    return [
        StudyCell(
            arm=f"{space}/{search}",
            title=f"{SPACE_TITLES[space]}, {search_title(settings, search)}",
            seed=seed,
            search=_config(base, settings, space, search, seed),
            final=settings.final_plan(),
            along=settings.along if search == "evolution" and seed == 1 and settings.final_plan() else 0,
        )
        for seed in range(1, settings.seeds + 1)
        for space in settings.spaces
        for search in settings.searches
    ]


def search_title(settings: PaperTableSettings, search: str) -> str:
    """In words, with the networks that it has at this scale.

    >>> search_title(PaperTableSettings(scale=0.01), "evolution")
    'evolution (70)'
    """
    if search == "one":
        return "one random network"
    return f"{'evolution' if search == 'evolution' else 'random search'} ({settings.networks(search):,})"


def _config(
    base: ExperimentConfig, settings: PaperTableSettings, space: str, search: str, seed: int
) -> ExperimentConfig:
    kind = "evolution" if search == "evolution" else "random"
    return settings.search(
        base,
        space=space,
        seed=cell_seed("paper-table-1", space, search, seed),
        networks=settings.networks(search),
        strategy={"kind": kind, "initial_population": settings.few},
    )


@dataclass(frozen=True)
class PublishedRow:
    """A row of the paper's Table 1: test errors in per cent (methods A10)."""

    arm: str
    cifar10: float
    deviation: float
    """Over five runs of one network."""
    imagenet: tuple[float, float]
    """Top-1, top-5."""


PUBLISHED_TABLE_1 = (
    PublishedRow("flat/one", 4.56, 0.11, (21.4, 5.8)),
    PublishedRow("flat/random-200", 4.02, 0.11, (20.8, 5.7)),
    PublishedRow("flat/evolution", 3.92, 0.06, (20.6, 5.6)),
    PublishedRow("flat-constrained/evolution", 4.17, 0.08, (21.2, 5.8)),
    PublishedRow("hierarchical/one", 4.21, 0.11, (21.5, 5.8)),
    PublishedRow("hierarchical/random-200", 4.04, 0.2, (20.4, 5.3)),
    PublishedRow("hierarchical/random-7000", 3.91, 0.15, (21.0, 5.5)),
    PublishedRow("hierarchical/evolution", 3.75, 0.12, (20.3, 5.2)),
)

PUBLISHED_TABLE_2: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Designed by hand",
        (
            ("ResNet-1001, preactivation", "4.62"),
            ("Wide ResNet-40-10, dropout", "3.8"),
            ("DenseNet (k = 24)", "3.74"),
            ("DenseNet-BC (k = 40)", "3.46"),
        ),
    ),
    (
        "Found by reinforcement learning and other search",
        (
            ("MetaQNN", "6.92"),
            ("NAS v3", "3.65"),
            ("Block-QNN-A", "3.60"),
            ("NASNet-A", "3.41"),
            ("SMASH", "4.03"),
        ),
    ),
    (
        "Found by evolution",
        (
            ("Evolving DNN", "7.3"),
            ("Genetic CNN", "7.10"),
            ("Large-scale Evolution", "5.4"),
            ("Hierarchical evolution, c0 = 64", "3.75 ± 0.12"),
            ("Hierarchical evolution, c0 = 128", "3.63 ± 0.10"),
        ),
    ),
)
"""Table 2: test error on CIFAR-10 in per cent, by group."""

PUBLISHED_TABLE_3 = (
    ("Inception-v3", "21.2", "5.6"),
    ("Xception", "21.0", "5.5"),
    ("Inception-ResNet-v2", "19.9", "4.9"),
    ("NASNet-A", "19.2", "4.7"),
    ("Hierarchical evolution, c0 = 64", "20.3", "5.2"),
)
"""Table 3: top-1 and top-5 error on ImageNet in per cent."""
