"""Live example of the help page: what learned strategies make of the same results, computed by their own code."""

import random
from collections import Counter
from dataclasses import dataclass

from search.evolution.genotypes.space import LevelShape, SearchSpace
from search.learning.edge_decisions import Decision
from search.learning.q_learning import epsilon_at
from search.learning.q_values import QValues, Step
from search.learning.search_tree import ROOT, SearchTree

OPERATIONS = ("conv1x1", "sep3x3", "max3x3", "identity")
WORTH = (0.84, 0.90, 0.80, 0.76)
"""Made-up mean fitness of networks that carry each operation on their first edge."""
NOISE = 0.04
AT_ONCE, MOST = 5, 60
RATE, EXPLORATION = 0.1, 0.5
SPACE = SearchSpace(levels=(LevelShape(motifs=1, nodes=2),), primitives=OPERATIONS)
EDGE = Decision(2, 1, 2, 1, len(OPERATIONS) + 1, none_allowed=False)


@dataclass(frozen=True)
class Choice:
    """One operation of the edge as the models see it."""

    name: str
    tried: int
    mean: float | None
    """Fitness; None: never tried."""
    q_value: float
    bound: float | None
    """UCB1 of the tree search; None: endless, for it was never tried."""
    is_next: bool
    """The tree search tries it next."""


@dataclass(frozen=True)
class Learned:
    """The models after so many networks."""

    networks: int
    epsilon: float
    """Of Q-learning, were the search to end after MOST networks."""
    choices: tuple[Choice, ...]

    @property
    def more(self) -> int:
        """Networks of the next picture; at the end it begins again."""
        return self.networks + AT_ONCE if self.networks + AT_ONCE <= MOST else 0


def learned(networks: int) -> Learned:
    """Each network is the one that the tree search tries next; Q-learning learns from the same."""
    rng, tree, values = random.Random(3), SearchTree(), QValues(SPACE, 0.5)
    actions = range(1, len(OPERATIONS) + 1)
    found: dict[int, list[float]] = {action: [] for action in actions}

    def bounds() -> list[float]:
        return tree.confidence_bounds(ROOT, actions, EXPLORATION, Counter())

    for number in range(networks):
        action = bounds().index(max(bounds())) + 1
        fitness = WORTH[action - 1] + rng.uniform(-NOISE, NOISE)
        found[action].append(fitness)
        tree.add([action], str(number), fitness, "")
        tree.count()
        values.learn([_step(action)], fitness, RATE)
    row, last = values.of(_step(1)), bounds()
    choices = tuple(
        Choice(
            OPERATIONS[action - 1],
            len(found[action]),
            sum(found[action]) / len(found[action]) if found[action] else None,
            row[action],
            last[action - 1] if found[action] else None,
            last.index(max(last)) == action - 1,
        )
        for action in actions
    )
    return Learned(networks, epsilon_at(networks, MOST), choices)


def _step(action: int) -> Step:
    return Step.of(EDGE, None, shared=False, action=action)
