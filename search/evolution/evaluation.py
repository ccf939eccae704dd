"""What an evaluator is: the seam between the search, which asks, and a trainer, which answers.

The real trainer (`search.training.trainer.train`) needs torch; tests and benchmarks name `instant_trainer`
in its place, which answers in a millisecond. Pure Python: must import neither Django nor torch.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from typing import Protocol as TypingProtocol

from search.evolution.config import Protocol
from search.evolution.phenotype import Phenotype

FailureCode = Literal["out_of_memory", "not_finite", "time_out", "infeasible", "dataset_unavailable", "error"]


@dataclass(frozen=True)
class Progress:
    """Where a training stands; sent about every second, and with each point of the learning curve."""

    step: int
    steps: int
    seconds: float
    loss: float | None = None
    train_accuracy: float | None = None
    validation_accuracy: float | None = None


@dataclass(frozen=True)
class TrainResult:
    """One finished repeat."""

    accuracy: float
    """Validation accuracy after the last step, a fraction 0..1."""
    curve: tuple[dict[str, Any], ...]
    """Points {step, loss, train_accuracy, validation_accuracy, seconds}, null where not measured."""
    seconds: float
    device: str
    weights: bytes = field(default=b"", repr=False)
    """The trained weights as a file that the exported PyTorch code loads; empty where there are none."""


class EvaluationFailed(Exception):
    """A candidate that cannot be scored: recorded with its reason, never the end of a search."""

    def __init__(self, code: FailureCode, message: str) -> None:
        super().__init__(message)
        self.code: FailureCode = code
        self.message = message


class Cancelled(Exception):
    """Raised by the progress call-back: the evaluation was cancelled or its lease was lost."""


class Checkpoint(TypingProtocol):
    """Where one repeat keeps its state, so that another attempt goes on from it. Never raises for a disk."""

    def due(self) -> bool:
        """Whether it is time to save again."""
        ...

    def save(self, state: bytes) -> None:
        """Keep that state in place of the last one."""
        ...

    def load(self) -> bytes | None:
        """The last state saved, whole; None when there is none."""
        ...


@dataclass(frozen=True)
class DeviceMemory:
    """Of one device, in bytes."""

    free: int
    """That this process could take now."""
    total: int
    """That it could take if no other process were there."""


@dataclass(frozen=True)
class Need:
    """What one training takes of its device, predicted before it starts."""

    device: str
    """Its name, the same in every process of this machine."""
    bytes: int
    is_gpu: bool
    memory: Callable[[], DeviceMemory]
    """What the device has at the moment."""


class Appraiser(TypingProtocol):
    """A function `appraise` beside a trainer, in its module; a trainer without one needs no room anywhere.

    Raises EvaluationFailed where there is no such device.
    """

    def __call__(self, phenotype: Phenotype, protocol: Protocol, *, device: str = "auto") -> Need: ...


class Trainer(TypingProtocol):
    """Trains one phenotype once. Same phenotype, protocol and seed give the same result on one device.

    One that trains for long saves its state when the checkpoint is due, and goes on from what it loads.
    """

    def __call__(
        self,
        phenotype: Phenotype,
        protocol: Protocol,
        *,
        repeat: int,
        seed: int,
        progress: Callable[[Progress], None],
        device: str = "auto",
        checkpoint: Checkpoint | None = None,
    ) -> TrainResult: ...


def instant_fitness(phenotype: Phenotype) -> float:
    """A known, smooth, deterministic stand-in for accuracy, a fraction 0..1.

    Rewards separable convolutions and depth with diminishing returns, so that evolution has a slope to climb.
    """
    counts = Counter(operation.name for operation in phenotype.operations)
    useful = counts["sep3x3"] + 0.5 * counts["conv1x1"] + 0.25 * counts["dw3x3"] + 0.25 * phenotype.depth
    return 0.1 + 0.88 * useful / (useful + 12.0)


def instant_trainer(
    phenotype: Phenotype,
    protocol: Protocol,
    *,
    repeat: int,
    seed: int,
    progress: Callable[[Progress], None],
    device: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> TrainResult:
    """A trainer that does not train: `instant_fitness` plus a repeatable noise of up to 0.005 from the seed."""
    noise = (
        int.from_bytes(hashlib.sha256(f"{phenotype.key}:{seed}".encode()).digest()[:4], "big") / 2**32 - 0.5
    )
    accuracy = min(1.0, max(0.0, instant_fitness(phenotype) + 0.01 * noise))
    point = Progress(protocol.steps, protocol.steps, 0.001, loss=1 - accuracy, validation_accuracy=accuracy)
    progress(point)
    curve: tuple[dict[str, Any], ...] = (
        {
            "step": point.step,
            "loss": point.loss,
            "train_accuracy": None,
            "validation_accuracy": accuracy,
            "seconds": 0.001,
        },
    )
    return TrainResult(accuracy=accuracy, curve=curve, seconds=0.001, device="instant")
