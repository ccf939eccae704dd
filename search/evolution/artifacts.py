"""Artifacts: what a shared training is told and what it leaves, between the workers and `search.training`.

Pure Python: must import neither Django nor torch.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from typing import Protocol as TypingProtocol

from search.evolution.evaluation import DEFAULT_RUNTIME, Checkpoint, Runtime
from search.evolution.networks.hashing import canonical_json

ARTIFACT_TRAINER = "search.training.supernets.entry"
"""Module whose `train(job, ...)` makes an artifact and whose `estimate(job)` tells what that takes."""


@dataclass(frozen=True)
class ArtifactJob:
    """All that a shared training is told."""

    document: Mapping[str, Any]
    """What is trained, and how."""
    seed: int
    runtime: Runtime = DEFAULT_RUNTIME


@dataclass(frozen=True)
class ArtifactProgress:
    """Where a shared training stands; sent about every second, and with each finished epoch."""

    done: float
    """A fraction 0..1."""
    point: Mapping[str, Any] | None = None
    """Of a finished epoch: its number, losses, gates and the genotype derived from them."""


@dataclass(frozen=True)
class TrainedArtifact:
    """What a shared training leaves."""

    content: bytes = field(repr=False)
    """The file, to be read with `torch.load(..., weights_only=True)`."""
    result: Mapping[str, Any]
    """What came of it: the derived genotype, scores."""
    seconds: float
    device: str


class TrainArtifact(TypingProtocol):
    """Trains one artifact. Reports the points of earlier attempts again when it goes on from a checkpoint.

    Raises EvaluationFailed, and what `progress` raises.
    """

    def __call__(
        self,
        job: ArtifactJob,
        *,
        progress: Callable[[ArtifactProgress], None],
        checkpoint: Checkpoint | None = None,
    ) -> TrainedArtifact: ...


def artifact_key(document: Mapping[str, Any]) -> str:
    """32 hex digits that name what is trained, and how."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()[:32]
