"""Tree of edge decisions with visits and values. Pure Python.

Each network counts once in each node, by whatever paths it came (transpositions, by the network's key), and with a
value scaled to 0..1 between the worst twentieth of the networks and the best one: an outlier does not flatten the rest.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

ROOT = 0
WORST_SHARE = 0.05
NEITHER = 0.5
"""The value of every network while all are equally good."""


@dataclass(frozen=True)
class Result:
    """One evaluated network."""

    key: str
    node: int
    """The deepest one of the tree on its path."""
    reward: float
    text: str
    """Of its genotype."""


@dataclass
class SearchTree:
    """Nodes by number; the root is 0 and every other node stands behind its parent."""

    parents: list[int] = field(default_factory=lambda: [ROOT])
    actions: list[int] = field(default_factory=lambda: [-1])
    """The choice that leads from the parent to the node."""
    results: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.children: list[dict[int, int]] = [{} for _ in self.parents]
        for node in range(1, len(self.parents)):
            self.children[self.parents[node]][self.actions[node]] = node
        self.count()

    def add(self, path: Sequence[int], key: str, reward: float, text: str) -> None:
        """A network whose choices were these: the tree grows by one node on its path. Call `count` afterwards."""
        node = ROOT
        for action in path:
            if action not in self.children[node]:
                self.children[node][action] = len(self.parents)
                self.children.append({})
                self.parents.append(node)
                self.actions.append(action)
                node = len(self.parents) - 1
                break
            node = self.children[node][action]
        self.results.append(Result(key, node, reward, text))

    def count(self) -> None:
        """Visits, values and the best network of each node, from the results."""
        size = len(self.parents)
        self.visits, self.totals = [0] * size, [0.0] * size
        self.best: list[Result | None] = [None] * size
        self.lowest, self.highest = scale([result.reward for result in self.results])
        counted: dict[str, set[int]] = {}
        for result in self.results:
            nodes = counted.setdefault(result.key, set())
            value = self.scaled(result.reward)
            for node in self.way_up(result.node):
                best = self.best[node]
                if best is None or result.reward > best.reward:
                    self.best[node] = result
                if node not in nodes:  # by another way it may have been here already
                    nodes.add(node)
                    self.visits[node] += 1
                    self.totals[node] += value

    def way_up(self, node: int) -> list[int]:
        """The node and those above it, the root last."""
        way = [node]
        while node != ROOT:
            node = self.parents[node]
            way.append(node)
        return way

    def scaled(self, reward: float) -> float:
        if self.highest <= self.lowest:
            return NEITHER
        return min(1.0, max(0.0, (reward - self.lowest) / (self.highest - self.lowest)))

    def mean(self, node: int) -> float:
        """The mean value of its networks."""
        return self.totals[node] / self.visits[node] if self.visits[node] else NEITHER

    def mean_reward(self, node: int) -> float:
        """The same as a fitness."""
        return self.lowest + self.mean(node) * (self.highest - self.lowest)

    def confidence_bounds(
        self, node: int, actions: Sequence[int], exploration: float, under_way: Counter[tuple[int, int]]
    ) -> list[float]:
        """UCB1 of each action, mean + c sqrt(2 ln N / n); infinite where it was never taken. Networks still under way
        count as visits that change no mean."""
        taken = []
        for action in actions:
            child = self.children[node].get(action)
            visits = self.visits[child] if child is not None else 0
            mean = self.mean(child) if child is not None else self.mean(node)
            taken.append((mean, visits + under_way[node, action]))
        total = max(1, sum(visits for _, visits in taken))
        return [
            math.inf if not visits else mean + exploration * math.sqrt(2 * math.log(total) / visits)
            for mean, visits in taken
        ]

    @property
    def deepest(self) -> int:
        """Choices from the root to the lowest node."""
        depths = [0] * len(self.parents)
        for node in range(1, len(self.parents)):
            depths[node] = depths[self.parents[node]] + 1
        return max(depths)

    def to_json(self) -> dict[str, Any]:
        rows = [[result.key, result.node, result.reward, result.text] for result in self.results]
        return {"parents": self.parents, "actions": self.actions, "results": rows}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "SearchTree":
        results = [Result(*row) for row in document["results"]]
        return cls(document["parents"], document["actions"], results)


def scale(rewards: Sequence[float]) -> tuple[float, float]:
    """The rewards that count as 0 and as 1."""
    if not rewards:
        return 0.0, 1.0
    ordered = sorted(rewards)
    return ordered[int(WORST_SHARE * len(ordered))], ordered[-1]
