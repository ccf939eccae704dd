"""Protocol keys in use, and the protocols of experiments."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.protocol_keys import protocol_key, protocol_keys
from search.models import Evaluation


def key_of(protocol: Protocol) -> str:
    """The key under which this installation's trainer keeps what it finds."""
    return protocol_key(protocol, settings.TRAINER)


def keys_of(protocol: Protocol) -> tuple[str, ...]:
    """All keys under which this installation's trainer may have kept what it found, the present one first."""
    return protocol_keys(protocol, settings.TRAINER)


@dataclass(frozen=True)
class ProtocolInUse:
    """One protocol, and how much was done under it."""

    key: str
    protocol: dict[str, Any]
    evaluations: int
    best_fitness: float | None


def protocols_in_use(*, limit: int) -> list[ProtocolInUse]:
    """The latest asked for first."""
    grouped = (
        Evaluation.objects.order_by()
        .values("protocol_key")
        .annotate(count=Count("pk"), best=Max("fitness"), latest=Max("pk"))
        .order_by("-latest")[:limit]
    )
    found = list(grouped)
    documents = Evaluation.objects.filter(pk__in=[row["latest"] for row in found]).values_list(
        "pk", "protocol"
    )
    by_id = dict(documents)
    return [
        ProtocolInUse(row["protocol_key"], by_id[row["latest"]], row["count"], row["best"]) for row in found
    ]
