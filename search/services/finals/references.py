"""Runs of reference networks, kept: ResNet-18 under the final protocol of a search."""

from dataclasses import dataclass

from search.evolution.experiments.config import Protocol
from search.evolution.finals.protocol import final_key
from search.models import ReferenceRun


@dataclass(frozen=True)
class ReferenceResult:
    """What one run gave; fractions 0..1."""

    seed: int
    accuracy: float
    top5: float
    parameters: int
    test_images: int
    seconds: float
    device: str


def keep_reference_run(name: str, protocol: Protocol, run: int, found: ReferenceResult) -> ReferenceRun:
    """The run that is there stays: a second of the same seed under the same protocol is no other."""
    row, _ = ReferenceRun.objects.get_or_create(
        name=name,
        protocol_key=final_key(protocol),
        run=run,
        defaults={"protocol": protocol.model_dump(mode="json"), **vars(found)},
    )
    return row
