"""Colour refinement of the operation graph, for the canonical form.

Each look at a neighbour is counted, for what refinement leaves open can take exponential time to decide.
Pure Python: must import neither Django nor torch.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from search.evolution.networks.assembly import Infeasible
from search.evolution.work_budget import spend

Feeds = dict[int, int]
"""value -> how many times it is concatenated; value 0 is the network's input, k the k-th operation's output."""

Certificate = tuple[Any, ...]

MOST_WORK = 500_000
"""Neighbours looked at while one network is ordered: most of a second. Ordinary networks take a few thousand, the
densest of 1,000 operations 17,000."""

TOO_ALIKE = (
    "none that could be recognised again, for its operations are too much alike ({work:,} comparisons found no order "
    "of them that is the same for every genotype that builds it); remove some of the equal edges"
)


class TooAlike(Infeasible):
    """A network whose operations cannot be brought into canonical order within the work that is allowed."""


class Work:
    """What may still be spent on one network."""

    def __init__(self, most: int) -> None:
        self.most = self.left = most

    def spend(self, amount: int) -> None:
        """Raises TooAlike when nothing is left."""
        spend(amount)
        self.left -= amount
        if self.left < 0:
            raise self.refusal()

    def refusal(self) -> TooAlike:
        return TooAlike(TOO_ALIKE.format(work=self.most))


class Graph:
    """Nodes 0 (input), 1..n (labelled operations) and n+1 (output) with weighted predecessors and successors."""

    def __init__(self, labels: list[object], inputs: list[Feeds], output: Feeds, work: Work) -> None:
        self.labels = labels
        self.work = work
        self.inputs: list[Feeds] = [{}, *inputs, output]
        self.size = len(self.inputs)
        self.before = [tuple(feeds.items()) for feeds in self.inputs]
        after: list[list[tuple[int, int]]] = [[] for _ in self.inputs]
        depth = [0] * self.size
        for node, feeds in enumerate(self.inputs):
            for value, count in feeds.items():
                after[value].append((node, count))
                depth[node] = max(depth[node], depth[value] + 1)
        self.after = [tuple(rows) for rows in after]
        self.around = [
            [other for other, _ in (*self.before[node], *after[node])] for node in range(self.size)
        ]
        # Depth leads the colour, so that every order by colour is topological.
        self.start = _ranks(
            [(-1, "")]
            + [(depth[node], label) for node, label in enumerate(labels, start=1)]
            + [(self.size, "")]
        )

    def refine(self, colours: list[int], changed: Iterable[int]) -> list[int]:
        """Split colours by those of inputs and readers until nothing changes; keeps the order of colours.

        Only cells next to `changed` nodes are looked at again: nodes of one cell agreed before, so where no
        neighbour changed its colour they still do.
        """
        cells = cells_of(colours, range(self.size))
        while touched := {
            colours[other]
            for node in changed
            for other in self.around[node]
            if len(cells[colours[other]]) > 1
        }:
            fresh = list(colours)
            changed = []
            for colour in touched:
                members = cells[colour]
                self.work.spend(sum([len(self.around[node]) for node in members]))
                ranks = _ranks([self._signature(node, colours) for node in members])
                moved = [(node, colour + rank) for node, rank in zip(members, ranks, strict=True) if rank]
                for node, new_colour in moved:
                    fresh[node] = new_colour
                    cells[new_colour].append(node)
                    changed.append(node)
                if moved:
                    cells[colour] = [node for node in members if fresh[node] == colour]
            colours = fresh
        return colours

    def _signature(self, node: int, colours: list[int]) -> tuple[Any, ...]:
        return (
            sorted([(colours[other], times) for other, times in self.before[node]]),
            sorted([(colours[other], times) for other, times in self.after[node]]),
        )

    def rows(self, order: Iterable[int], place: Mapping[int, int] | Sequence[int]) -> Certificate:
        """Those nodes' labels and what they read, relabelled by their places."""
        described = tuple(
            [
                (
                    self.labels[node - 1] if 0 < node <= len(self.labels) else "",
                    tuple(sorted([(place[value], count) for value, count in self.before[node]])),
                )
                for node in order
            ]
        )
        self.work.spend(sum([len(read) for _, read in described]))
        return described


def cells_of(colours: Sequence[int], nodes: Iterable[int]) -> dict[int, list[int]]:
    """Colour -> which of the nodes have it."""
    cells: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        cells[colours[node]].append(node)
    return cells


def _ranks(signatures: Sequence[Any]) -> list[int]:
    """The position of each signature in their sorted order; equal signatures share the lowest."""
    order = sorted(range(len(signatures)), key=signatures.__getitem__)
    ranks = [0] * len(signatures)
    rank = 0
    for position, node in enumerate(order):
        if position and signatures[node] != signatures[order[position - 1]]:
            rank = position
        ranks[node] = rank
    return ranks
