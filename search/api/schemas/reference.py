"""Schemas: presets, spaces, primitives, data sets, problem types."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from search.api.problems import KINDS
from search.api.schemas.base import EXAMPLE_KEY, ConfigDocument, Document
from search.evolution.experiments.datasets import DATASETS
from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.primitives import PRIMITIVES
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES
from search.evolution.strategies.catalogue import catalogue


class PresetDocument(Document):
    """A named configuration."""

    name: str
    title: str
    description: str
    config: ConfigDocument


class PresetList(Document):
    """All presets."""

    items: list[PresetDocument]


class SettingDocument(Document):
    """What a strategy can be told: a field of the configuration's `strategy`."""

    name: str
    title: str
    description: str
    type: str
    default: Any = Field(description="The published value, where there is one")
    range: str = Field(description="In words; empty where anything of the type goes")


class StrategyDocument(Document):
    """What may propose the next genotype; `kind` of the configuration's `strategy`."""

    kind: str
    title: str
    paper: str
    description: str
    runs: Literal["step", "worker"] = Field(
        description="Within the step that proposes, or ahead on a worker, where its model learns"
    )
    settings: list[SettingDocument]


EXAMPLES: list[Any] = [{"items": catalogue()[:1]}]


class StrategyList(Document):
    """All strategies."""

    model_config = ConfigDict(json_schema_extra={"examples": EXAMPLES})

    items: list[StrategyDocument]


class PrimitiveDocument(Document):
    """A level-1 operation. `none` (0, no edge) is no primitive."""

    name: str
    label: str
    short: str
    description: str
    widens_to_cell: bool = Field(description="Its output has the cell's width; otherwise its input's")
    kernel: int = Field(description="Side of the window in pixels")
    has_weights: bool


class PrimitiveList(Document):
    """All primitives; a genotype's id 1 is the first one of its space's list."""

    items: list[PrimitiveDocument]


class SpaceDocument(Document):
    """A named search space."""

    name: str
    levels: list[dict[str, int]] = Field(description="Motifs and nodes of each level from 2 to the cell")
    primitives: list[str]
    max_parameters: int | None
    genes: int = Field(description="Edges that a mutation can change")


class SpaceList(Document):
    """All named search spaces."""

    items: list[SpaceDocument]


class DatasetDocument(Document):
    """A data set that a protocol may name."""

    name: str
    description: str
    image_size: int
    image_channels: int
    classes: int
    train_images: int = Field(description="Images outside the test set")
    test_images: int = Field(description="Images of the test set, which no search reads; 0: there is none")
    licence: str
    origin: str = Field(description="Who made it")
    available: bool = Field(description="Whether it lies where the web server runs; workers may differ")
    availability: str


class DatasetList(Document):
    """All data sets; beside them `folder:NAME` names a folder of images, one directory a class."""

    items: list[DatasetDocument]


class PublishedDocument(Document):
    """A cell from the literature, to start from."""

    name: str
    title: str
    source: str
    key: str
    text: str
    document: dict[str, Any]


class PublishedList(Document):
    """All published cells."""

    items: list[PublishedDocument]


class ProtocolDocument(Document):
    """A protocol that evaluations were asked for under."""

    key: str
    protocol: dict[str, Any]
    evaluations: int
    best_fitness: float | None


class ProtocolList(Document):
    """The protocols in use, the latest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "key": EXAMPLE_KEY,
                            "protocol": PRESETS["quick"].config.protocol.model_dump(mode="json"),
                            "evaluations": 78,
                            "best_fitness": 0.94,
                        }
                    ]
                }
            ]
        }
    )

    items: list[ProtocolDocument]


class ProblemKind(Document):
    """One sort of error."""

    name: str
    type: str
    status: int
    title: str
    meaning: str


class ProblemKindList(Document):
    """All sorts of errors."""

    items: list[ProblemKind]


def preset_list() -> PresetList:
    return PresetList(
        items=[
            PresetDocument(
                name=row.name, title=row.title, description=row.description, config=row.config.to_json()
            )
            for row in PRESETS.values()
        ]
    )


def strategy_list() -> StrategyList:
    return StrategyList(items=[StrategyDocument(**row) for row in catalogue()])


def primitive_list() -> PrimitiveList:
    fields = PrimitiveDocument.model_fields
    return PrimitiveList(
        items=[PrimitiveDocument(**{name: getattr(row, name) for name in fields}) for row in PRIMITIVES]
    )


def space_list() -> SpaceList:
    return SpaceList(
        items=[SpaceDocument(**row.model_dump(mode="json"), genes=row.genes) for row in SPACES.values()]
    )


def published_list() -> PublishedList:
    return PublishedList(
        items=[
            PublishedDocument(
                name=row.name,
                title=row.title,
                source=row.source,
                key=row.genotype.key,
                text=row.genotype.text,
                document=row.genotype.to_json(),
            )
            for row in PUBLISHED.values()
        ]
    )


DATASET_FIELDS = (
    "name", "description", "image_size", "image_channels", "classes", "train_images", "test_images",
    "licence", "origin",
)  # fmt: skip


def dataset_document(name: str, *, available: bool, availability: str) -> DatasetDocument:
    row = DATASETS[name]
    fields = {field: getattr(row, field) for field in DATASET_FIELDS}
    return DatasetDocument(**fields, available=available, availability=availability)


def problem_list(root: str) -> ProblemKindList:
    return ProblemKindList(items=[ProblemKind(type=root + row.name, **vars(row)) for row in KINDS.values()])
