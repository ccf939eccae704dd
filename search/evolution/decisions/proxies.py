"""Proxy limits: reject a child whose size is far from the good initial networks. Imports neither Django nor torch.

Parameters and multiply-adds cost nothing and order networks about as well as most proxies that cost something. The
limit comes from the initial networks and stays: measured on the growing population it would drift ever outwards.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from search.evolution.statistics.ranks import spearman

LEAST_CORRELATION = 0.2
"""Rank correlation of proxy and fitness, either sign, below which nothing is refused."""
LEAST_NETWORKS = 10
MOST_REFUSALS = 20
"""Draws of one child that a limit may refuse; the next acceptable one is taken, so that no lineage is locked in."""


@dataclass(frozen=True)
class ProxyLimit:
    """Which children are refused; `limit` null: none are, for the proxy says nothing here."""

    limit: float | None
    refuse_below: bool
    """True: smaller ones are refused; false: larger ones."""
    correlation: float
    networks: int

    def refuses(self, value: int) -> bool:
        if self.limit is None:
            return False
        return value < self.limit if self.refuse_below else value > self.limit

    def to_json(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "refuse_below": self.refuse_below,
            "correlation": self.correlation,
            "networks": self.networks,
        }


def proxy_limit(rows: Sequence[tuple[int, float]], share: float) -> ProxyLimit:
    """From (proxy, fitness) of the initial networks: the value that cuts off that share of them on the bad side."""
    values, fitness = [value for value, _ in rows], [row for _, row in rows]
    correlation = spearman(values, fitness) if len(rows) >= LEAST_NETWORKS else 0.0
    below = correlation >= 0
    if abs(correlation) < LEAST_CORRELATION:
        return ProxyLimit(None, below, correlation, len(rows))
    ordered = sorted(values, reverse=not below)
    return ProxyLimit(float(ordered[math.floor(share * len(ordered))]), below, correlation, len(rows))
