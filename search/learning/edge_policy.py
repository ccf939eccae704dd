"""Stochastic policy over edge decisions: a softmax of its own for each edge. Needs numpy.

A table of logits instead of the papers' LSTM, as in NAS-Bench-101's reference code: its probabilities can be shown edge
by edge. Choices that would lead nowhere are masked inside the log-probability; drawing them again would bias its
gradient.
"""

import math
import random
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.strategies.report import Table
from search.learning.base import Accept, Idea, Tick
from search.learning.edge_decisions import Decision, decisions_of, decode, edge_index, edge_name

Place = tuple[int, int]
"""(level, motif)."""
Logits = NDArray[np.float64]
MOST_DRAWS = 200
"""Genotypes drawn for one draft before it is given up."""
MOST_ROWS = 300
"""Of one table of a report."""


class EdgePolicy:
    """Logits of each motif, [edges, operations and none]; all zero at the beginning: every choice equally likely."""

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        self.logits: dict[Place, Logits] = {}
        for level in range(2, space.top + 1):
            shape, choices = space.level(level), len(space.operations(level)) + 1
            for motif in range(1, shape.motifs + 1):
                self.logits[level, motif] = np.zeros((shape.edges, choices))

    def zeros(self) -> dict[Place, Logits]:
        """Of the shape of the logits, for gradients and moments."""
        return {place: np.zeros_like(logits) for place, logits in self.logits.items()}

    def chances(self, decision: Decision) -> Logits:
        """The probability of each operation; none of `none` where that is not allowed."""
        logits = self.logits[decision.level, decision.motif][edge_index(decision)].copy()
        if not decision.none_allowed:
            logits[0] = -math.inf
        weights = np.exp(logits - logits.max())
        chances: Logits = weights / weights.sum()
        return chances

    def log_probability(self, genotype: Genotype, inner: int | None = None) -> float:
        """Of the choices that lead to a genotype's network, where so many inner nodes are open."""
        return sum(
            math.log(max(1e-300, self.chances(decision)[chosen]))
            for decision, chosen in decisions_of(genotype, inner)
        )

    def draw(self, decision: Decision, rng: random.Random) -> int:
        point = rng.random()
        cumulated = np.cumsum(self.chances(decision))
        return min(int(np.searchsorted(cumulated, point, side="right")), decision.choices - 1)

    def ideas(
        self, count: int, accept: Accept, rng: random.Random, tick: Tick, inner: int | None = None
    ) -> list[Idea]:
        """Up to `count` acceptable genotypes as the policy draws them, where so many inner nodes are open."""
        ideas: list[Idea] = []
        for _ in range(count * MOST_DRAWS):
            tick()
            if len(ideas) == count:
                break
            genotype = decode(self.space, lambda decision: self.draw(decision, rng), inner)
            if accept(genotype):
                why = f"drawn by the controller, log-probability {self.log_probability(genotype, inner):.1f}"
                ideas.append(Idea(genotype, why))
        return ideas

    def entropy(self) -> float:
        """Mean over all edges, nats; the logarithm of the number of choices where nothing is learned."""
        return float(np.mean([entropy(chances) for _, chances in self._edges()]))

    def tables(self) -> tuple[Table, ...]:
        """For each level the probability of each operation at each edge."""
        found = []
        for level in range(self.space.top, 1, -1):
            names = ("none", *self.space.operations(level))
            rows = []
            for decision, chances in self._edges(level):
                shown = [round(float(chance), 4) for chance in chances]
                rows.append((edge_name(self.space, decision), *shown, round(entropy(chances), 3)))
            title = "Edges of the cell" if level == self.space.top else f"Edges of motifs, level {level}"
            found.append(Table(title, ("Edge", *names, "Entropy"), tuple(rows[:MOST_ROWS]), names))
        return tuple(found)

    def _edges(self, only: int | None = None) -> Iterator[tuple[Decision, Logits]]:
        for level, motif in self.logits:
            if only is not None and level != only:
                continue
            choices, nodes = len(self.space.operations(level)) + 1, self.space.level(level).nodes
            for successor in range(2, nodes + 1):
                for predecessor in range(1, successor):
                    decision = Decision(level, motif, successor, predecessor, choices, True)
                    yield decision, self.chances(decision)


def entropy(chances: Logits) -> float:
    """Nats."""
    return -float(chances @ np.log(np.maximum(chances, 1e-12)))


def entropy_slope(chances: Logits) -> Logits:
    """The gradient of the entropy with respect to the logits."""
    logs = np.log(np.maximum(chances, 1e-12))
    slope: Logits = -chances * (logs + entropy(chances))
    return slope


def array_name(place: Place) -> str:
    return f"level{place[0]}_motif{place[1]}"
