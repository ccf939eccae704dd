"""A bounded population of cells or motifs, each worth the mean fitness of the networks that carried it.

Must import neither Django nor torch.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from search.evolution.genotypes.genotype import Motif
from search.evolution.strategies.report import per_cent

PART_COLUMNS = ("Edges into node 2 · 3 · …", "Mean fitness", "Carriers", "First in")
MOST_ROWS = 10
CONTESTANTS = 3
"""Parts that compete to be taken; the best of them is."""


@dataclass(frozen=True)
class Part:
    """One cell or motif."""

    motif: Motif
    carriers: int
    total: float
    """Of the fitness of its carriers."""
    index: int
    """Of its first carrier, in the order of completion."""
    step: int
    """Of its first carrier."""

    @property
    def worth(self) -> float:
        return self.total / self.carriers


class Parts:
    """At most `most` of them."""

    def __init__(self, rows: Sequence[Part], most: int) -> None:
        self.rows = list(rows)
        self.most = most

    def credit(self, motif: Motif, fitness: float, index: int, step: int) -> None:
        """One more network carries it. A new part comes in, and where there are too many the least worth one goes."""
        for place, part in enumerate(self.rows):
            if part.motif == motif:
                self.rows[place] = replace(part, carriers=part.carriers + 1, total=part.total + fitness)
                return
        self.rows.append(Part(motif, 1, fitness, index, step))
        if len(self.rows) > self.most:
            self.rows.remove(min(self.rows, key=lambda part: (part.worth, part.index)))

    def choose(self, rng: random.Random) -> Part:
        """The one of a few drawn that is worth most."""
        drawn = rng.sample(range(len(self.rows)), min(CONTESTANTS, len(self.rows)))
        return max((self.rows[index] for index in drawn), key=lambda part: (part.worth, -part.index))

    def table(self, operations: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
        """For a report, the most worth first; `operations` are the names of what an edge may carry."""
        ranked = sorted(self.rows, key=lambda part: (-part.worth, part.index))[:MOST_ROWS]
        return tuple(
            (_text(part.motif, ("–", *operations)), per_cent(part.worth), part.carriers, f"#{part.step}")
            for part in ranked
        )

    def to_json(self) -> list[list[Any]]:
        return [
            [[list(row) for row in part.motif], part.carriers, part.total, part.index, part.step]
            for part in self.rows
        ]

    @classmethod
    def read(cls, stored: Sequence[Sequence[Any]], most: int) -> "Parts":
        return cls([Part(tuple(map(tuple, row[0])), *row[1:]) for row in stored], most)


def _text(motif: Motif, names: Sequence[str]) -> str:
    """Operations, node by node from the second on."""
    return " · ".join(" ".join(names[operation] for operation in row) for row in motif)
