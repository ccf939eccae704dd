"""One configuration: the document that form, REST, command line and database validate through (ARCHITECTURE.md).

Pure Python: must import neither Django nor torch.
"""

import hashlib
import json
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_serializer,
    field_validator,
    model_validator,
)

from search.evolution.datasets import DATASETS, FOLDER_PREFIX, DatasetShape, is_folder
from search.evolution.host import FinalSeparable, Host, HostKind
from search.evolution.space import SearchSpace, search_space

TRAINER_VERSION = 3
"""Part of every protocol key: raise it whenever the trainer would give another accuracy for the same seed."""
DEFAULT_TRAINER = "search.training.trainer.train"
"""The dotted path of the trainer that keys do not name. What another one finds is shared with nobody else's."""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class StrategyConfig(_Document):
    """How the next genotype is proposed (methods A5-A7)."""

    kind: Literal["evolution", "aging", "random"] = "evolution"
    tournament_fraction: float = Field(default=0.05, gt=0, le=1)
    """Share of the evaluated population (aging: of those alive) that takes part in a tournament."""
    initial_population: int = Field(default=200, ge=1, le=100_000)
    """Random genotypes at the start; with aging also how many are alive."""
    initial_mutations: int = Field(default=1000, ge=0, le=100_000)
    """Random mutations that turn the trivial genotype into an initial one."""
    allow_same_operation: bool = False
    """True: a mutation may draw the operation that is there already, as in the paper."""
    share_fitness: bool = True
    """False: train an equal network again each time it is proposed, as in the paper."""


class Protocol(_Document):
    """How a phenotype is trained and scored. Its key decides which fitness records are shared."""

    dataset: str = "digits"
    image_size: int | None = Field(default=None, ge=4, le=512)
    """Side in pixels that images are resized to; null keeps the data set's own (folders: 32)."""
    host: HostKind = "small"
    channels: int = Field(default=16, ge=1, le=1024)
    cells: int = Field(default=1, ge=1, le=16)
    final_separable: FinalSeparable = "none"
    steps: int = Field(default=5000, ge=1, le=10_000_000)
    batch_size: int = Field(default=256, ge=2, le=65_536)
    learning_rate: float = Field(default=0.1, gt=0, le=100)
    learning_rate_drops: tuple[int, ...] = ()
    """Steps after which the learning rate is multiplied by drop_factor, increasing."""
    drop_factor: float = Field(default=0.1, gt=0, le=1)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    weight_decay: float = Field(default=3e-4, ge=0, le=1)
    crop: int | None = Field(default=None, ge=4, le=512)
    """Side in pixels of the random crop that training sees; null: the whole image. Scoring sees it whole."""
    crop_padding: int = Field(default=0, ge=0, le=64)
    """Zero pixels put around the image before the crop."""
    flip: bool = False
    train_images: int | None = Field(default=None, ge=1)
    """Images to train on; null: all that validation leaves."""
    validation_images: int = Field(default=360, ge=1)
    repeats: int = Field(default=1, ge=1, le=16)
    time_limit_seconds: int = Field(default=3600, ge=1, le=604_800)
    """A repeat that takes longer fails with time_out."""
    seed: int = Field(default=0, ge=0, lt=2**63)
    """Splits training from validation images, and enters every repeat's seed."""

    @field_validator("dataset")
    @classmethod
    def _known_dataset(cls, value: str) -> str:
        if value in DATASETS or is_folder(value):
            return value
        raise ValueError(
            f"unknown data set {value!r}; use one of {', '.join(DATASETS)} or {FOLDER_PREFIX}NAME"
        )

    @model_validator(mode="after")
    def _fits(self) -> "Protocol":
        if list(self.learning_rate_drops) != sorted(set(self.learning_rate_drops)):
            raise ValueError(f"learning_rate_drops must increase, got {list(self.learning_rate_drops)}")
        shape = DATASETS.get(self.dataset)
        if shape is not None:
            wanted = self.validation_images + (self.train_images or 1)
            if wanted > shape.train_images:
                raise ValueError(
                    f"{self.dataset} has {shape.train_images} images outside its test set; "
                    f"train_images and validation_images together ask for {wanted}"
                )
            size = (self.image_size or shape.image_size) + 2 * self.crop_padding
            if self.crop is not None and self.crop > size:
                raise ValueError(f"crop {self.crop} is larger than the padded image of {size} pixels")
        return self

    def make_host(self, shape: DatasetShape) -> Host:
        """The host for a data set of that shape."""
        return Host(
            kind=self.host,
            channels=self.channels,
            cells=self.cells,
            image_size=self.image_size or shape.image_size,
            image_channels=shape.image_channels,
            classes=shape.classes,
            final_separable=self.final_separable,
        )

    @property
    def dataset_shape(self) -> DatasetShape:
        """The table's row; for a folder, whose classes only the worker knows, ten classes of colour images."""
        if self.dataset in DATASETS:
            return DATASETS[self.dataset]
        return DatasetShape(
            self.dataset, self.image_size or 32, 3, 10, 0, "a folder of images, one directory a class"
        )

    @property
    def shape_host(self) -> Host:
        """The host that parameters and multiply-adds are counted in without loading the data set."""
        return self.make_host(self.dataset_shape)


class EarlyDecisions(_Document):
    """What a search decides before a network is trained to the end (docs/methods.md B8). All off by default.

    They are the search's, not the protocol's: what was measured stays valid for everyone, whoever stopped where.
    """

    hopeless_chance: float = Field(default=0.0, ge=0, le=0.5)
    """Stop a training whose network will win any one tournament with at most this probability; 0: never."""
    halving: int = Field(default=0, ge=0, le=16)
    """At each rung, only the best one in so many trains on; 0: all do."""
    rungs: int = Field(default=2, ge=1, le=3)
    """Rungs of the halving: after 1/4, 1/2 and 3/4 of the steps, the first so many of these."""
    first_repeats: int = Field(default=0, ge=0, le=16)
    """Repeats of a network at first; one more each time it is proposed again or leads; 0: all at once."""
    proxy: Literal["none", "parameters", "multiply_adds"] = "none"
    """What a child is judged by before it is trained."""
    proxy_share: float = Field(default=0.2, gt=0, lt=1)
    """Children beyond this share of the initial networks, on the side that fares worse, are drawn again."""

    @property
    def looks_at_curves(self) -> bool:
        """Whether a training is asked about on its way."""
        return self.hopeless_chance > 0 or self.halving > 1

    @model_validator(mode="after")
    def _halving_keeps_some(self) -> "EarlyDecisions":
        if self.halving == 1:
            raise ValueError("halving 1 would keep all; use 0 for no halving, or 2 and more")
        return self


class Budget(_Document):
    """When the search ends, and how many evaluations may be under way at once."""

    individuals: int = Field(default=7000, ge=1, le=1_000_000)
    in_flight: int = Field(default=2, ge=1, le=10_000)
    failures_before_pause: int = Field(default=20, ge=0, le=100_000)
    """A search that failed so often and never succeeded pauses; 0: it goes on."""


class ExperimentConfig(_Document):
    """One search, whole."""

    space: SearchSpace = Field(default_factory=lambda: search_space("hierarchical"))
    strategy: StrategyConfig = StrategyConfig()
    protocol: Protocol = Protocol()
    budget: Budget = Budget()
    decisions: EarlyDecisions = EarlyDecisions()
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _decisions_fit(self) -> "ExperimentConfig":
        if self.decisions.hopeless_chance and self.strategy.kind != "evolution":
            raise ValueError(
                f"hopeless_chance rests on tournaments that nobody leaves; strategy {self.strategy.kind!r} "
                "has none: use evolution, or hopeless_chance 0"
            )
        if self.decisions.first_repeats:
            if self.decisions.first_repeats >= self.protocol.repeats:
                raise ValueError(
                    f"first_repeats {self.decisions.first_repeats} leaves none of the {self.protocol.repeats} "
                    "repeats for later; use fewer, or 0"
                )
            if not self.strategy.share_fitness:
                raise ValueError("first_repeats counts how often a network is shared; turn share_fitness on")
        return self

    @field_validator("space", mode="before")
    @classmethod
    def _named_space(cls, value: object) -> object:
        return search_space(value) if isinstance(value, str) else value

    @field_serializer("space")
    def _space_as_written(self, value: SearchSpace) -> str | dict[str, Any]:
        return value.to_json()

    @property
    def search_space(self) -> SearchSpace:
        return self.space

    def to_json(self) -> dict[str, Any]:
        """The document as stored: reading it back gives an equal configuration."""
        return self.model_dump(mode="json")


class ConfigError(ValueError):
    """A document that does not validate: `errors` holds (field path with dots, message) for each fault."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in errors))
        self.errors = errors


def experiment_config(document: object) -> ExperimentConfig:
    """Validate a document.

    Raises ConfigError with, for each fault, the field's path and a message with the value and what is allowed.
    """
    try:
        return ExperimentConfig.model_validate(document)
    except ValidationError as error:
        raise ConfigError([(_path(row["loc"]), _message(row)) for row in error.errors()]) from None


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "document"


def _message(row: Any) -> str:
    message = str(row["msg"]).removeprefix("Value error, ")
    value = row.get("input")
    if row["type"] in ("missing", "value_error") or isinstance(value, (dict, list, tuple)):
        return message
    return f"{message}, got {value!r}"


def canonical_json(document: object) -> str:
    """JSON with sorted keys and no spaces: equal documents give equal text."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def protocol_key(protocol: Protocol, trainer: str = DEFAULT_TRAINER) -> str:
    """32 hex digits that name this protocol under this version of the trainer, given by its dotted path."""
    version = TRAINER_VERSION if trainer == DEFAULT_TRAINER else f"{trainer} {TRAINER_VERSION}"
    text = canonical_json({"protocol": protocol.model_dump(mode="json"), "trainer": version})
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def derive_seed(*parts: object) -> int:
    """A number in 0..2^63-1 that depends on every part and on nothing else."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def repeat_seed(phenotype_key: str, protocol_key: str, repeat: int) -> int:
    """The seed of one repeat: from what is trained and how, never from the experiment (ARCHITECTURE.md)."""
    return derive_seed("repeat", phenotype_key, protocol_key, repeat)
