"""Layout of a motif: nodes in one row, an arc for every pair.

Neighbours are joined straight; even spans arch above the row, odd ones hang below, higher with the span.
Midpoint and span are unique per pair, so nothing moves when an edge is set, changed or removed.
"""

import math
from dataclasses import dataclass

from visualize.drawings.model import Box

SPACING = 118.0
RADIUS = 14.0
ARROW = 7.0
"""Length of an arrow head: Graphviz draws 10 points times arrowsize."""
MARGIN = 6.0
PILL_HEIGHT = 18.0
ARC_NODES = 12
"""Up to so many nodes every pair's arc stays readable, the eleven of a flat genotype included: of 55 edges no two
pills touch, where dot's layout piles them up. Above, Graphviz lays the motif out."""

_RISE_ABOVE, _RISE_BELOW = 0.21, 0.15
"""Height of an arc's middle per point of its length: even spans above, odd spans below."""
DENSE_NODES = 7
"""Above so many nodes long arcs of one span run close together: every other one is lifted by _STAGGER points, so
that no line crosses another's pill, and those below hang lower to leave room for it."""
_STAGGER = 24.0
_RISE_BELOW_DENSE = 0.2
_LEAN = 0.64
"""Horizontal reach of a control point in spacings: constant, so that longer arcs leave steeper."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Arc:
    """One edge's place in points, y upwards: a cubic curve, the arrow's tip, the middle for its label."""

    start: Point
    control: tuple[Point, Point]
    end: Point
    tip: Point
    middle: Point

    @property
    def pos(self) -> str:
        """As Graphviz reads it."""
        points = (self.start, *self.control, self.end)
        return f"e,{_pair(self.tip)} " + " ".join(_pair(point) for point in points)

    @property
    def lp(self) -> str:
        return _pair(self.middle)


def node_place(node: int) -> Point:
    """The centre of node 1, 2, …"""
    return ((node - 1) * SPACING, 0.0)


def arc(predecessor: int, successor: int, nodes: int) -> Arc:
    """The place of the edge predecessor → successor, the same in every motif of that many nodes."""
    left, right = node_place(predecessor)[0], node_place(successor)[0]
    height = _height(predecessor, successor, dense=nodes > DENSE_NODES)
    if height == 0:
        reach = right - RADIUS - ARROW - 1
        edge = left + RADIUS
        third = (reach - edge) / 3
        control = ((edge + third, 0.0), (reach - third, 0.0))
        return Arc((edge, 0.0), control, (reach, 0.0), (right - RADIUS - 1, 0.0), ((left + right) / 2, 0.0))
    lift = height * 4 / 3  # a cubic with both controls at this height has its middle at 3/4 of it
    out, into = (left + _LEAN * SPACING, lift), (right - _LEAN * SPACING, lift)
    start = _towards((left, 0.0), out, RADIUS)
    tip = _towards((right, 0.0), into, RADIUS + 1)
    end = _towards((right, 0.0), into, RADIUS + 1 + ARROW)
    middle_height = (start[1] + end[1]) / 8 + lift * 3 / 4
    return Arc(start, (out, into), end, tip, ((left + right) / 2, middle_height))


def frame(nodes: int) -> Box:
    """The frame of every motif of that many nodes."""
    pairs = [(j, i) for i in range(2, nodes + 1) for j in range(1, i)]
    arcs = [arc(predecessor, successor, nodes).middle[1] for predecessor, successor in pairs]
    reach = max(RADIUS, PILL_HEIGHT / 2) + MARGIN
    top = max([reach, *(height + PILL_HEIGHT / 2 + MARGIN for height in arcs)])
    bottom = min([-reach, *(height - PILL_HEIGHT / 2 - MARGIN for height in arcs)])
    return Box(-RADIUS - MARGIN, bottom, (nodes - 1) * SPACING + RADIUS + MARGIN, top)


def _height(predecessor: int, successor: int, *, dense: bool) -> float:
    span = successor - predecessor
    if span == 1:
        return 0.0
    stagger = _STAGGER if dense and span > 3 and predecessor % 2 == 0 else 0.0
    if span % 2 == 0:
        return span * SPACING * _RISE_ABOVE + stagger
    return -span * SPACING * (_RISE_BELOW_DENSE if dense else _RISE_BELOW) - stagger


def _towards(origin: Point, target: Point, distance: float) -> Point:
    length = math.dist(origin, target)
    return (
        origin[0] + (target[0] - origin[0]) / length * distance,
        origin[1] + (target[1] - origin[1]) / length * distance,
    )


def _pair(point: Point) -> str:
    return f"{point[0]:.2f},{point[1]:.2f}"
