"""Drawing before Graphviz: DOT source, and the meaning of each part by id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Engine = Literal["nop2", "dot"]


@dataclass(frozen=True)
class Box:
    """The frame of a drawing in points, y upwards."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Mark:
    """What one group of the SVG means. Everything here may be text that a person typed."""

    label: str
    """For people who do not see it; empty: the group says nothing of its own."""
    href: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    """Becomes data- attributes, by which scripts find things."""
    middle: tuple[float, float] | None = None
    """Where its pill stands, y downwards as in SVG, when that place is ours."""
    layer: int = 0
    """Higher ones are drawn later, over the others."""


@dataclass(frozen=True)
class Drawing:
    """One picture. `engine` nop2: every position is ours; dot: Graphviz finds them."""

    source: str
    engine: Engine
    label: str
    classes: str
    marks: Mapping[str, Mark]
    edge_count: int
    most_edges: int = 400
    """With more it is not laid out: nobody could read it, and dot would take longer than anybody waits."""
    box: Box | None = None
    """The frame, when it is ours too: the same for every motif of that many nodes."""


class TooLarge(Exception):
    """A graph that no person could read and no layout would finish: says how large, and what is drawn."""
