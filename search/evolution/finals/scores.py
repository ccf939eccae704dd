"""Final scores: what one run of a final evaluation is told and what it leaves.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol as TypingProtocol

from search.evolution.evaluation import (
    DEFAULT_RUNTIME,
    Checkpoint,
    CurvePoint,
    Progress,
    ResourceEstimate,
    Runtime,
)
from search.evolution.experiments.config import Protocol
from search.evolution.networks.phenotype import Phenotype

FINAL_TRAINER = "search.training.finals.entry"
"""Module whose `train(job, ...)` makes one run. Found by its path: no search imports what reads a test set."""
TOP = 5
"""A prediction is right among the top so many classes; with fewer classes, always."""
RESNET = "resnet18"
"""Name of the baseline that is no genotype."""
RESNET_TITLE = "ResNet-18"
RESNET_SOURCE = (
    "He et al. 2016, torchvision's with the stem for small images; no cell, so no search trains it"
)


@dataclass(frozen=True)
class FinalJob:
    """One run of one final evaluation: all that the trainer is told."""

    phenotype: Phenotype
    protocol: Protocol
    run: int
    """From 0."""
    seed: int
    runtime: Runtime = DEFAULT_RUNTIME
    devices: tuple[str, ...] = ()
    """Devices of one kind that train it together, a process on each; with fewer than two the runtime's trains it."""


@dataclass(frozen=True)
class ReferenceResult:
    """What one run of a known network gave, such as ResNet-18; fractions 0..1."""

    run: int
    """From 0."""
    seed: int
    accuracy: float
    top5: float
    parameters: int
    test_images: int
    seconds: float
    device: str


@dataclass(frozen=True)
class Mistake:
    """A test image that the network gets wrong."""

    image: int
    """Its place in the test set, from 0."""
    label: int
    predicted: int
    confidence: float
    """The probability that the network gives its wrong answer, 0..1."""
    png: bytes = field(repr=False)
    """The image as the network saw it, before its pixels were scaled."""


@dataclass(frozen=True)
class FinalScore:
    """What one run leaves."""

    accuracy: float
    """Top-1 on the test set after the last step, a fraction 0..1."""
    top5: float
    loss: float
    """Cross-entropy on the test set, in nats."""
    confusion: tuple[tuple[int, int, int], ...]
    """(label, predicted, how many), where there are any."""
    mistakes: tuple[Mistake, ...]
    """The worst first: those that the network is surest of."""
    test_images: int
    seen: int
    """Test images that are, pixel for pixel, among the training images."""
    classes: tuple[str, ...]
    """Their names in the order of the labels."""
    curve: tuple[CurvePoint, ...]
    seconds: float
    """Of the devices, all of them together."""
    device: str
    weights: bytes = field(repr=False)
    """The network's state, and its pixel scaling: what the exported code loads."""


class EstimateFinal(TypingProtocol):
    """What `train` would take, device by device. Raises EvaluationFailed where there is no such device."""

    def __call__(self, job: FinalJob) -> Sequence[ResourceEstimate]: ...


class TrainFinal(TypingProtocol):
    """Trains one run and scores it once on the test set. Same job, same device: same score.

    Raises EvaluationFailed, ProcessLost, and what `progress` raises.
    """

    def __call__(
        self, job: FinalJob, *, progress: Callable[[Progress], None], checkpoint: Checkpoint | None = None
    ) -> FinalScore: ...
