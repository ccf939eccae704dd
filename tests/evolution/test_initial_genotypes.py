"""How many random genotypes build no network: exactly, by enumerating which edges are there."""

from itertools import combinations
from math import comb

import pytest


def disconnected(nodes: int, absent: float) -> float:
    """Probability that no path leads from the first node to the last, each edge absent with that probability."""
    edges = list(combinations(range(nodes), 2))
    total = 0.0
    for there in range(2 ** len(edges)):
        reached = {0}
        for place, (start, end) in enumerate(edges):  # in the order of their starts
            if there >> place & 1 and start in reached:
                reached.add(end)
        if nodes - 1 not in reached:
            present = there.bit_count()
            total += (1 - absent) ** present * absent ** (len(edges) - present)
    return total


def test_the_documented_shares_of_dead_motifs_and_infeasible_cells_are_exact() -> None:
    dead = disconnected(4, 1 / 7)
    # An edge of the cell is absent as `none`, or because the motif that it carries is dead.
    infeasible = sum(
        comb(6, count) * dead**count * (1 - dead) ** (6 - count) * disconnected(5, (1 + count) / 7)
        for count in range(7)
    )
    assert 100 * dead == pytest.approx(0.822, abs=0.0005)
    assert 100 * infeasible == pytest.approx(0.272, abs=0.0005)
