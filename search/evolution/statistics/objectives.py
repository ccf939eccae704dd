"""What a strategy may optimise: a table of objectives, and who is beaten in none of them.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Direction = Literal["more", "less"]


@dataclass(frozen=True)
class Objective:
    """One row of the table."""

    name: str
    """Of the attribute of `Member` that it is read from."""
    title: str
    direction: Direction
    """Whether more or less of it is better."""

    def loss(self, value: float) -> float:
        """The same with less being better."""
        return -value if self.direction == "more" else value


_ROWS = (
    Objective("fitness", "fitness", "more"),
    Objective("parameters", "parameters", "less"),
    Objective("multiply_adds", "multiply-adds", "less"),
    Objective("depth", "operations deep", "less"),
    Objective("train_seconds", "training seconds", "less"),
)
OBJECTIVES: dict[str, Objective] = {row.name: row for row in _ROWS}

Losses = tuple[float, ...]
"""Of one candidate, one number an objective, less being better."""


def losses(values: Mapping[str, float], names: Sequence[str]) -> Losses:
    """Raises KeyError for an objective that is not in the table."""
    return tuple(OBJECTIVES[name].loss(values[name]) for name in names)


def dominates(one: Losses, other: Losses) -> bool:
    """Whether `one` is worse in nothing and better in something.

    >>> dominates((1, 2), (1, 3)), dominates((1, 2), (1, 2)), dominates((1, 2), (0, 3))
    (True, False, False)
    """
    return one != other and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def non_dominated(places: Sequence[Losses]) -> list[int]:
    """Indices of the places that no other dominates, equal places included, in the order of their first loss.

    >>> non_dominated([(2, 1), (1, 3), (3, 3), (2, 1)])
    [1, 0, 3]
    """
    front: list[int] = []
    for index in sorted(range(len(places)), key=lambda index: places[index]):
        # Whoever comes later is behind in the first loss that differs, so that the front never loses anybody.
        if not any(dominates(places[other], places[index]) for other in front):
            front.append(index)
    return front
