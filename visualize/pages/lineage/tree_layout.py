"""Tree layout of a family: x is the step, rows keep lines apart, nothing crosses.

Subtrees take adjoining rows and a child stands right of its parent, so the line down from a parent (at its x) and
across to each child (at the child's y) meets no other subtree. Pure geometry: no database, no Django.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

MOST_NODES = 300
"""More are no picture but a texture; the table has them all."""
LETTER = 6.3
"""Mean width of a letter of a label, in units of the picture."""
LABEL_HEIGHT = 13.0
DOT = 4.0
"""Half the size of a dot that a label must not cover."""
NEAR_ZERO = 0.15
"""A scale that begins this close to zero, as a share of its end, begins at zero."""


@dataclass(frozen=True)
class Node:
    """One individual. Parents come before their children in any sequence of nodes."""

    id: int
    parent: int | None
    at: float
    """Step or generation: greater than its parent's."""
    weight: float = 0.0
    """What a picture that is too small for all keeps first."""


@dataclass(frozen=True)
class DrawnNode:
    """A node that is drawn, joined to its nearest ancestor that is drawn too."""

    node: Node
    parent: int | None
    skipped: int
    """Ancestors in between that are not drawn."""


@dataclass(frozen=True)
class PlacedNode:
    """A node in its place."""

    kept: DrawnNode
    x: float
    y: float


@dataclass(frozen=True)
class TreeFrame:
    """The picture's size and margins, in units that are pixels at full width."""

    width: float
    left: float
    right: float
    top: float
    bottom: float
    most_rows_height: float
    """What the rows share when they are many."""
    least_row: float
    most_row: float


@dataclass(frozen=True)
class Tree:
    """All spots in the order of the nodes, and the scale of x."""

    frame: TreeFrame
    spots: Mapping[int, PlacedNode]
    height: float
    row: float
    low: float
    high: float

    def x(self, at: float) -> float:
        return _scaled(self.frame, self.low, self.high, at)


@dataclass(frozen=True)
class Label:
    """A text beside a node, at its left end and baseline."""

    id: int
    x: float
    y: float


def prune(nodes: Sequence[Node], *, always: Collection[int] = (), limit: int = MOST_NODES) -> list[DrawnNode]:
    """At most `limit` nodes: those in `always` first, then by weight. All of them when there is room."""
    chosen = {node.id for node in nodes}
    if len(nodes) > limit:
        wanted = set(always)
        ranked = sorted(nodes, key=lambda node: (node.id in wanted, node.weight), reverse=True)
        chosen = {node.id for node in ranked[:limit]}
    nearest: dict[int, int | None] = {}
    """Node -> itself if it is drawn, else its nearest drawn ancestor."""
    depth: dict[int, int] = {}
    """Node -> how many not drawn ones lie between it and `nearest`, itself included."""
    kept = []
    for node in nodes:
        above = nearest.get(node.parent) if node.parent is not None else None
        skipped = depth.get(node.parent, 0) if node.parent is not None else 0
        if node.id in chosen:
            kept.append(DrawnNode(node, above, skipped))
            nearest[node.id], depth[node.id] = node.id, 0
        else:
            nearest[node.id], depth[node.id] = above, skipped + 1
    return kept


def lay_out(kept: Sequence[DrawnNode], frame: TreeFrame, *, staircase: bool = False) -> Tree:
    """`staircase`: every node has a row of its own, so that each has room for a label; else every leaf has."""
    children: dict[int | None, list[int]] = {}
    for one in kept:
        children.setdefault(one.parent, []).append(one.node.id)
    order = _preorder(children)
    rows = _rows(order, children, staircase=staircase)
    count = max(rows.values(), default=0.0) + 1
    row = min(frame.most_row, max(frame.least_row, frame.most_rows_height / count))
    low = min((one.node.at for one in kept), default=0.0)
    high = max((one.node.at for one in kept), default=0.0)
    if low < high * NEAR_ZERO:
        low = 0.0
    spots = {
        one.node.id: PlacedNode(
            one,
            round(_scaled(frame, low, high, one.node.at), 1),
            round(frame.top + (rows[one.node.id] + 0.5) * row, 1),
        )
        for one in kept
    }
    return Tree(frame, spots, frame.top + count * row + frame.bottom, row, low, high)


@dataclass(frozen=True)
class Wall:
    """A line straight down that no label may cross."""

    x: float
    top: float
    bottom: float


def place_labels(
    tree: Tree,
    texts: Mapping[int, str],
    *,
    first: Sequence[int],
    offsets: Sequence[tuple[float, float]],
    clear_of: Collection[int] = (),
    walls: Sequence[Wall] = (),
) -> list[Label]:
    """Labels beside their nodes, those of `first` before the others, none over another one or out of the picture.

    `offsets`: where a label may stand, from its node, the best place first; with a negative x it ends there instead
    of beginning. `clear_of`: nodes that no label may cover.
    """
    order = list(dict.fromkeys([*(id for id in first if id in texts), *texts]))
    taken = [_Box(tree.spots[id].x - DOT, tree.spots[id].x + DOT, tree.spots[id].y + DOT) for id in clear_of]
    labels = []
    for id in order:
        spot, width = tree.spots[id], len(texts[id]) * LETTER
        for dx, dy in offsets:
            left = spot.x + dx - (width if dx < 0 else 0.0)
            box = _Box(left, left + width, spot.y + dy)
            free = not any(box.meets(other) for other in taken) and not any(
                box.crosses(wall) for wall in walls
            )
            if free and box.left >= 0 and box.right <= tree.frame.width:
                taken.append(box)
                labels.append(Label(id, round(box.left, 1), round(box.line, 1)))
                break
    return labels


@dataclass(frozen=True)
class _Box:
    """A text's room: its ends and its baseline."""

    left: float
    right: float
    line: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and self.right > other.left and abs(self.line - other.line) < LABEL_HEIGHT
        )

    def crosses(self, wall: Wall) -> bool:
        return (
            self.left - 1 < wall.x < self.right
            and wall.top < self.line + 2
            and wall.bottom > self.line - LABEL_HEIGHT + 3
        )


def _preorder(children: Mapping[int | None, Sequence[int]]) -> list[int]:
    """Each family in one piece; without recursion, since a line may be hundreds deep."""
    order, open_ones = [], list(reversed(children.get(None, ())))
    while open_ones:
        id = open_ones.pop()
        order.append(id)
        open_ones.extend(reversed(children.get(id, ())))
    return order


def _rows(
    order: Sequence[int], children: Mapping[int | None, Sequence[int]], *, staircase: bool
) -> dict[int, float]:
    if staircase:
        return {id: float(place) for place, id in enumerate(order)}
    rows: dict[int, float] = {}
    for id in order:  # leaves from top to bottom
        if id not in children:
            rows[id] = float(len(rows))
    for id in reversed(order):  # then each parent in the middle of its children
        if id in children:
            rows[id] = (rows[children[id][0]] + rows[children[id][-1]]) / 2
    return rows


def _scaled(frame: TreeFrame, low: float, high: float, at: float) -> float:
    span = frame.width - frame.left - frame.right
    return frame.left + (span * (at - low) / (high - low) if high > low else 0.0)
