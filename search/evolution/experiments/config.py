"""Experiment configuration: the one document that form, REST API, command line and database validate.

Pure Python: must import neither Django nor torch.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from search.evolution.experiments.datasets import (
    DATASETS,
    FOLDER_IMAGE_SIZE,
    FOLDER_NAME_RULE,
    FOLDER_PREFIX,
    DatasetShape,
    is_folder,
)
from search.evolution.experiments.document import Document, Space
from search.evolution.experiments.evaluators import FROM_SCRATCH, EvaluatorConfig
from search.evolution.experiments.fault_words import fault_message, fault_path
from search.evolution.experiments.folder_content import FolderContent
from search.evolution.experiments.recipes import Recipe, recipe_fault
from search.evolution.experiments.resources import ResourceNeeds
from search.evolution.experiments.seeds import seed_fault
from search.evolution.experiments.strategy_union import (
    AnyStrategy,
    EvolutionConfig,
    of_its_kind,
    with_halving,
)
from search.evolution.genotypes.space import SearchSpace, search_space
from search.evolution.networks.host import FinalSeparable, Host, HostKind

TRAINER_VERSION = 3
"""Part of every protocol key: raise it whenever the trainer would give another accuracy for the same seed."""
DEFAULT_TRAINER = "search.training.trainer.evaluate"
"""The dotted path of the trainer that keys do not name. What another one finds is shared with nobody else's."""

DropStep = Annotated[int, Field(ge=1, le=10_000_000)]
Schedule = Literal["steps", "cosine"]


PAIR_IN_NO_TABLE = (
    "evaluator {kind!r} knows networks of one cell, and this space has a normal and a reduction cell; use evaluator "
    "'train', or a space with reduction_cell false"
)


class Protocol(Recipe, ResourceNeeds):
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
    schedule: Schedule = "steps"
    """How the learning rate falls: by drop_factor after each of learning_rate_drops, or smoothly to nearly zero."""
    learning_rate_drops: tuple[DropStep, ...] = Field(default=(), max_length=64)
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
    """A repeat that takes longer fails with time_out: of the processor where one thread trains, else of the clock."""
    seed: int = Field(default=0, ge=0, lt=2**63)
    """Enters every repeat's seed."""
    split_seed: int | None = Field(default=None, ge=0, lt=2**63)
    """Splits training from validation images; null: `seed` does. Retraining changes `seed` and never the split."""
    evaluator: EvaluatorConfig = FROM_SCRATCH
    """How the fitness is got."""
    content: FolderContent | None = None
    """What the data set's folder must hold; null: what is there when the search begins, which is then written here."""
    validation_share: float | None = Field(default=None, gt=0, lt=1)
    """Of a folder's images, those to validate on; once they are counted it becomes validation_images. Null: that."""

    @field_validator("dataset")
    @classmethod
    def _known_dataset(cls, value: str) -> str:
        if value in DATASETS or is_folder(value):
            return value
        raise ValueError(
            f"unknown data set {value!r}; use one of {', '.join(DATASETS)} or {FOLDER_PREFIX}NAME, "
            f"where NAME has {FOLDER_NAME_RULE}"
        )

    @model_validator(mode="after")
    def _fits(self) -> "Protocol":
        if list(self.learning_rate_drops) != sorted(set(self.learning_rate_drops)):
            raise ValueError(f"learning_rate_drops must increase, got {list(self.learning_rate_drops)}")
        if self.schedule == "cosine" and self.learning_rate_drops:
            raise ValueError(
                f"learning_rate_drops {list(self.learning_rate_drops)} belong to the schedule steps; "
                "leave them empty with cosine"
            )
        if self.content is not None and not is_folder(self.dataset):
            raise ValueError(
                f"content is what a folder of images holds, and {self.dataset} is none: leave it out"
            )
        shape = self.dataset_shape
        wanted = self.validation_images + (self.train_images or 1)
        if shape.train_images and wanted > shape.train_images:
            raise ValueError(
                f"{self.dataset} has {shape.train_images} images outside its test set; "
                f"train_images and validation_images together ask for {wanted}"
            )
        size = self.image_size or shape.image_size
        if fault := recipe_fault(self, self.crop, self.crop_padding, size):
            raise ValueError(fault)
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
    def splits_by(self) -> int:
        """The seed that splits training from validation images."""
        return self.seed if self.split_seed is None else self.split_seed

    def retrained(self, seed: int) -> "Protocol":
        """The same protocol with another seed on the same split: what differs then is chance, never the images."""
        return self.model_copy(update={"seed": seed, "split_seed": self.splits_by})

    def on_content(self, content: FolderContent) -> "Protocol":
        """The same protocol on what a folder was found to hold, with its share for validation as a number."""
        found: dict[str, Any] = {"content": content}
        if self.validation_share is not None:
            images = min(content.images - 1, max(1, round(self.validation_share * content.images)))
            found |= {"validation_share": None, "validation_images": images}
        return self.model_copy(update=found)

    @property
    def dataset_shape(self) -> DatasetShape:
        """The table's row; for a folder what was found in it, or ten classes of colour images before that is known."""
        if self.dataset in DATASETS:
            return DATASETS[self.dataset]
        classes, images = (self.content.classes, self.content.images) if self.content else (10, 0)
        size = self.image_size or FOLDER_IMAGE_SIZE
        return DatasetShape(
            self.dataset, size, 3, classes, images, "a folder of images, one directory a class"
        )

    @property
    def shape_host(self) -> Host:
        """The host that parameters and multiply-adds are counted in without loading the data set."""
        return self.make_host(self.dataset_shape)


class EarlyDecisions(Document):
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


class Budget(Document):
    """When the search ends, and how many evaluations may be under way at once."""

    individuals: int = Field(default=7000, ge=1, le=1_000_000)
    in_flight: int = Field(default=2, ge=1, le=10_000)
    failures_before_pause: int = Field(default=20, ge=0, le=100_000)
    """A search that failed so often and never succeeded pauses; 0: it goes on."""
    device_hours: float | None = Field(default=None, gt=0, le=1e6)
    """Of training: once so much is spent nothing more is proposed, and the search ends. None: it has no such end."""


class ExperimentConfig(Document):
    """One search, whole."""

    space: Space = Field(default_factory=lambda: search_space("hierarchical"))
    strategy: AnyStrategy = EvolutionConfig()
    protocol: Protocol = Protocol()
    budget: Budget = Budget()
    decisions: EarlyDecisions = EarlyDecisions()
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="before")
    @classmethod
    def _halving_is_the_strategys(cls, value: object) -> object:
        return with_halving(value)

    @model_validator(mode="after")
    def _seeds_fit(self) -> "ExperimentConfig":
        for number, seed in enumerate(self.strategy.start_from, start=1):
            if fault := seed_fault(seed.genotype, self.space):
                raise ValueError(f"start_from: genotype {number}: {fault}")
        return self

    @model_validator(mode="after")
    def _evaluator_fits(self) -> "ExperimentConfig":
        if self.space.reduction_cell and self.protocol.evaluator.kind in ("table", "surrogate"):
            raise ValueError(PAIR_IN_NO_TABLE.format(kind=self.protocol.evaluator.kind))
        return self

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

    @field_validator("strategy", mode="before")
    @classmethod
    def _strategy_of_its_kind(cls, value: object) -> object:
        return of_its_kind(value)

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

    @classmethod
    def of(cls, error: ValidationError) -> "ConfigError":
        """What pydantic found."""
        return cls([(fault_path(row), fault_message(row)) for row in error.errors()])


def experiment_config(document: object) -> ExperimentConfig:
    """Validate a document.

    Raises ConfigError with, for each fault, the field's path and a message with the value and what is allowed.
    """
    try:
        return ExperimentConfig.model_validate(document)
    except ValidationError as error:
        raise ConfigError.of(error) from None
