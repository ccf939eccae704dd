"""Layered layout of a graph whose boxes have sizes: ranks from top to bottom, long edges led between boxes.

A small Sugiyama layout (1981): longest-path ranks, waypoints for edges over several ranks, barycentre sweeps. Linear
but for the sweeps, so that 300 boxes take milliseconds, where Graphviz would have to run in a process of its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

GAP_X, GAP_Y = 14.0, 26.0
SWEEPS = 4
WAYPOINT = (6.0, 0.0)

Item = Any
"""Whatever names a box: it must be hashable."""
Size = tuple[float, float]


@dataclass(frozen=True)
class Placement:
    """Where everything stands, in units of the sizes that were given."""

    width: float
    height: float
    boxes: Mapping[Item, tuple[float, float]]
    """Item -> left, top."""
    wires: list[list[tuple[float, float]]]
    """One for each edge, in their order: from a box's lower middle to the next one's upper middle."""


def layered(sizes: Mapping[Item, Size], edges: Sequence[tuple[Item, Item]]) -> Placement:
    """`edges` point down and make no circle; items stand in the order of `sizes` where nothing else decides."""
    ranks = _ranks(sizes, edges)
    rows: dict[int, list[Item]] = defaultdict(list)
    for item in sizes:
        rows[ranks[item]].append(item)
    every = dict(sizes)
    chains: list[list[Item]] = []
    above, below = defaultdict(list), defaultdict(list)
    for number, (source, target) in enumerate(edges):
        chain: list[Item] = [source]
        for rank in range(ranks[source] + 1, ranks[target]):
            waypoint = ("waypoint", number, rank)
            every[waypoint] = WAYPOINT
            rows[rank].append(waypoint)
            chain.append(waypoint)
        chain.append(target)
        chains.append(chain)
        for one, other in pairwise(chain):
            above[other].append(one)
            below[one].append(other)
    ordered = [rows[rank] for rank in sorted(rows)]
    middles = _middles(ordered, every, above, below)
    return _placed(ordered, every, middles, chains, sizes)


def _ranks(sizes: Mapping[Item, Size], edges: Sequence[tuple[Item, Item]]) -> dict[Item, int]:
    """The longest way from a box that nothing leads to."""
    following, waiting = defaultdict(list), dict.fromkeys(sizes, 0)
    for source, target in edges:
        following[source].append(target)
        waiting[target] += 1
    ready = [item for item, count in waiting.items() if not count]
    ranks = dict.fromkeys(sizes, 0)
    for item in ready:  # grows while it is read
        for target in following[item]:
            ranks[target] = max(ranks[target], ranks[item] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return ranks


def _middles(
    rows: list[list[Item]],
    sizes: Mapping[Item, Size],
    above: Mapping[Item, list[Item]],
    below: Mapping[Item, list[Item]],
) -> dict[Item, float]:
    """Rows are sorted by where their neighbours stand, down and up in turn, and packed about the middle."""
    middles: dict[Item, float] = {}
    for row in rows:
        _pack(row, sizes, middles, {})
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            near = above if down else below
            wanted = {
                item: sum(middles[other] for other in near[item]) / len(near[item])
                for item in row
                if near.get(item)
            }
            row.sort(key=lambda item: wanted.get(item, middles[item]))
            _pack(row, sizes, middles, wanted)
    return middles


def _pack(
    row: list[Item], sizes: Mapping[Item, Size], middles: dict[Item, float], wanted: Mapping[Item, float]
) -> None:
    """Side by side in the row's order, each as near to where it wants to be as its left neighbours allow; then the
    whole row is moved so that it misses its wishes evenly."""
    edge = float("-inf")
    for item in row:
        width = sizes[item][0]
        left = max(edge, wanted.get(item, middles.get(item, 0.0)) - width / 2)
        middles[item] = left + width / 2
        edge = left + width + GAP_X
    missed = [middles[item] - wanted.get(item, 0.0) for item in row if not wanted or item in wanted]
    shift = sum(missed) / len(missed) if missed else 0.0
    for item in row:
        middles[item] -= shift


def _placed(
    rows: list[list[Item]],
    sizes: Mapping[Item, Size],
    middles: Mapping[Item, float],
    chains: list[list[Item]],
    real: Mapping[Item, Size],
) -> Placement:
    left = min((middles[item] - sizes[item][0] / 2 for item in sizes), default=0.0)
    right = max((middles[item] + sizes[item][0] / 2 for item in sizes), default=0.0)
    tops: dict[Item, float] = {}
    ends: dict[Item, float] = {}
    y = 0.0
    for row in rows:
        height = max(sizes[item][1] for item in row)
        for item in row:
            # A waypoint is as high as its row, so that a wire passes a tall box beside it straight.
            space = (height - sizes[item][1]) / 2 if item in real else 0.0
            tops[item], ends[item] = y + space, y + height - space
        y += height + GAP_Y
    wires = []
    for chain in chains:
        points = [(middles[chain[0]] - left, ends[chain[0]])]
        for item in chain[1:-1]:
            points += [(middles[item] - left, tops[item]), (middles[item] - left, ends[item])]
        points.append((middles[chain[-1]] - left, tops[chain[-1]]))
        wires.append([(round(x, 1), round(y, 1)) for x, y in points])
    boxes = {
        item: (round(middles[item] - sizes[item][0] / 2 - left, 1), round(tops[item], 1)) for item in real
    }
    return Placement(round(right - left, 1), round(max(0.0, y - GAP_Y), 1), boxes, wires)
