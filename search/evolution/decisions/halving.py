"""Asynchronous successive halving (Li et al. 2020, "ASHA"). Must import neither Django nor torch.

A training waits at each rung; the best one that waits goes on as soon as fewer than one in `keep_one_in` of those
who ever reached the rung have. Nobody waits for a rung to fill. Unlike in ASHA a promotion that later arrivals make
look rash is not made up for by another one, so that never more than the promised share goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

RUNGS = (0.25, 0.5, 0.75)
"""Shares of a training's steps after which its curve has a validation accuracy (search.training.loop.run)."""


def rung_of(step: int, steps: int) -> int | None:
    """The rung that a training reaches with that step, from 0."""
    return next((rung for rung, share in enumerate(RUNGS) if round(share * steps) == step), None)


@dataclass
class Ladder:
    """How many have reached each rung, and how many were let on."""

    keep_one_in: int
    reached: list[int] = field(default_factory=list)
    promoted: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, keep_one_in: int, rungs: int, stored: dict[str, Any] | None) -> "Ladder":
        """From what `to_json` gave, or new."""
        kept = stored or {}
        return cls(
            keep_one_in, _filled(kept.get("reached", ()), rungs), _filled(kept.get("promoted", ()), rungs)
        )

    def to_json(self) -> dict[str, list[int]]:
        return {"reached": self.reached, "promoted": self.promoted}

    @property
    def rungs(self) -> int:
        return len(self.reached)

    def has_room(self, rung: int) -> bool:
        """Whether one more may go on from there."""
        return self.promoted[rung] < self.reached[rung] // self.keep_one_in

    def work(self, first: int = 1) -> float:
        """Share of all steps that is trained when many have passed, repeats beyond the first counted as the last part.

        `first` is how many repeats one training has: rungs are in the first of them.
        """
        share, at, left = 0.0, 0.0, 1.0
        for rung in RUNGS[: self.rungs]:
            share += left * (rung - at)
            at, left = rung, left / self.keep_one_in
        return (share + left * (1 - at) + left * (first - 1)) / first


def _filled(counts: Sequence[int], rungs: int) -> list[int]:
    return [*counts[:rungs], *[0] * (rungs - len(counts))]
