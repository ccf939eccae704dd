"""Evaluator interface: what the search passes to a trainer and what a trainer returns.

The registry is `search.evolution.experiments.evaluators`. The trainer (`search.training.trainer`) needs torch; tests
and benchmarks name `instant_trainer` in its place, which answers in a millisecond. Pure Python: must import neither
Django nor torch.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Required, TypedDict
from typing import Protocol as TypingProtocol

from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.hashing import canonical_json
from search.evolution.networks.phenotype import Phenotype

FailureCode = Literal["out_of_memory", "not_finite", "time_out", "infeasible", "dataset_unavailable", "error"]


class CurvePoint(TypedDict, total=False):
    """One point of a learning curve, as it is stored: JSON."""

    step: Required[int]
    loss: float | None
    """None where it was not measured, as all that follow."""
    train_accuracy: float | None
    validation_accuracy: float | None
    seconds: float
    test_accuracy: float
    """In trainings for a benchmark table."""
    process_seconds: float
    """Likewise."""


@dataclass(frozen=True)
class Progress:
    """Where a training stands; sent about every second, and with each point of the learning curve."""

    step: int
    steps: int
    seconds: float
    loss: float | None = None
    train_accuracy: float | None = None
    validation_accuracy: float | None = None

    @property
    def point(self) -> CurvePoint:
        """The same as a point of the curve."""
        return {
            "step": self.step,
            "loss": self.loss,
            "train_accuracy": self.train_accuracy,
            "validation_accuracy": self.validation_accuracy,
            "seconds": self.seconds,
        }

    @classmethod
    def at(cls, point: CurvePoint, steps: int) -> "Progress":
        """Where a training of so many steps stood at that point."""
        return cls(
            point["step"],
            steps,
            point["seconds"],
            point.get("loss"),
            point.get("train_accuracy"),
            point.get("validation_accuracy"),
        )


@dataclass(frozen=True)
class Evaluated:
    """One finished repeat."""

    accuracy: float
    """Validation accuracy after the last step, a fraction 0..1."""
    curve: tuple[CurvePoint, ...]
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


class ProcessLost(Exception):
    """One of several processes that train together was killed: the attempt is over, the candidate is not to blame."""


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
class Runtime:
    """What an installation says about how a worker computes. Never changes what an evaluation means."""

    device: str = "auto"
    """auto, cpu, cuda, or one GPU as cuda:1."""
    compile: str = "never"
    """auto, never or always. auto: networks are compiled on a GPU, in trainings that are long enough to win by it."""
    cuda_graphs: bool = True
    """On a GPU each step is recorded once and replayed."""
    kernels: str = "auto"
    """auto or never; auto: cells train on a CPU by the project's own kernels."""


DEFAULT_RUNTIME = Runtime()


@dataclass(frozen=True)
class Context:
    """What a result depends on beside the network and the protocol."""

    key: str = ""
    """Part of the evaluation's key; empty for trainings from scratch."""
    document: Mapping[str, Any] = field(default_factory=dict)
    """`parent`: whose weights are inherited, `artifact`: key of the shared training, and whom it is shared with."""


NO_CONTEXT = Context()


def context_of(document: Mapping[str, Any]) -> Context:
    """The context that such a document names; nothing in it is no context."""
    if not document:
        return NO_CONTEXT
    return Context(hashlib.sha256(canonical_json(document).encode()).hexdigest()[:32], document)


@dataclass(frozen=True)
class Job:
    """One repeat of one evaluation: all that an evaluator is told."""

    genotype: Genotype
    phenotype: Phenotype
    protocol: Protocol
    repeat: int = 0
    """From 0; it only names the run, what it changes is in the seed."""
    seed: int = 0
    context: Context = NO_CONTEXT
    runtime: Runtime = DEFAULT_RUNTIME


@dataclass(frozen=True)
class ResourceEstimate:
    """What one job takes of its device, predicted before it starts."""

    device: str
    """Its name, the same in every process of this machine."""
    bytes: int
    is_gpu: bool
    memory: Callable[[], DeviceMemory]
    """What the device has at the moment."""


class Artifacts(TypingProtocol):
    """Files that evaluations need first. None where this machine has no such file."""

    def artifact(self, key: str) -> bytes | None:
        """What a finished shared training left."""
        ...

    def weights(
        self, *, phenotype_key: str, protocol_key: str, context_key: str, repeat: int
    ) -> bytes | None:
        """The kept weights of a finished repeat."""
        ...


class Estimate(TypingProtocol):
    """A function `estimate` beside `evaluate`, in its module; an evaluator without one needs no room anywhere.

    Raises EvaluationFailed where there is no such device.
    """

    def __call__(self, job: Job) -> ResourceEstimate | None: ...


class Evaluate(TypingProtocol):
    """Scores one network once. Same phenotype, protocol, context and seed give the same result on one device.

    One that takes long saves its state when the checkpoint is due, and goes on from what it loads.
    Raises EvaluationFailed for a candidate that cannot be scored.
    """

    def __call__(
        self,
        job: Job,
        *,
        progress: Callable[[Progress], None],
        checkpoint: Checkpoint | None = None,
        artifacts: Artifacts | None = None,
    ) -> Evaluated: ...


def instant_fitness(phenotype: Phenotype) -> float:
    """A known, smooth, deterministic stand-in for accuracy, a fraction 0..1.

    Rewards separable convolutions and depth with diminishing returns, so that evolution has a slope to climb.
    """
    counts = Counter(operation.name for operation in phenotype.all_operations)
    useful = counts["sep3x3"] + 0.5 * counts["conv1x1"] + 0.25 * counts["dw3x3"] + 0.25 * phenotype.depth
    return 0.1 + 0.88 * useful / (useful + 12.0)


INSTANT_TRAINER = "search.evolution.evaluation.instant_trainer"
"""Its dotted path, as NASWEB_TRAINER names it."""
INSTANT_DEVICE = "instant"


def instant_trainer(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """An evaluator that does not train: `instant_fitness` plus a repeatable noise of up to 0.005 from the seed."""
    phenotype, steps = job.phenotype, job.protocol.steps
    digest = hashlib.sha256(f"{phenotype.key}:{job.seed}".encode()).digest()
    noise = int.from_bytes(digest[:4], "big") / 2**32 - 0.5
    accuracy = min(1.0, max(0.0, instant_fitness(phenotype) + 0.01 * noise))
    end = Progress(steps, steps, 0.001, loss=1 - accuracy, validation_accuracy=accuracy)
    progress(end)
    return Evaluated(accuracy=accuracy, curve=(end.point,), seconds=0.001, device=INSTANT_DEVICE)
