"""Runs of reference networks, kept: ResNet-18 under the final protocol of a search."""

from search.evolution.experiments.config import Protocol
from search.evolution.finals.protocol import final_key
from search.evolution.finals.scores import ReferenceResult
from search.models import ReferenceRun


def keep_reference_run(name: str, protocol: Protocol, found: ReferenceResult) -> ReferenceRun:
    """The run that is there stays: a second of the same seed under the same protocol is no other."""
    row, _ = ReferenceRun.objects.get_or_create(
        name=name,
        protocol_key=final_key(protocol),
        run=found.run,
        defaults={"protocol": protocol.model_dump(mode="json"), **vars(found)},
    )
    return row
