"""Canonical order of the operations of a network: equal for isomorphic networks, exact.

Colour refinement over inputs and outputs, then individualisation of what it cannot tell apart, with branches
cut by the automorphisms found on the way (McKay and Piperno 2014, "Practical graph isomorphism, II", in its
simplest form). Operations with the same name, inputs and outputs ("twins") are merged first, so that the
common symmetry costs nothing; copies of a branch are known as such before each is walked to its end.

Pure Python: must import neither Django nor torch.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

Feeds = dict[int, int]
"""value -> how many times it is concatenated; value 0 is the network's input, k the k-th operation's output."""

Certificate = tuple[Any, ...]

FEW = 16
"""Undecided nodes that are sooner tried one by one than looked at for copies of one branch."""


def canonical_order(names: Sequence[str], inputs: Sequence[Feeds], output: Feeds) -> list[int]:
    """A topological order of the operations 1..n that depends only on the network up to isomorphism.

    `names[k - 1]` and `inputs[k - 1]` describe operation k; operations stand in some topological order.
    Networks are isomorphic exactly when relabelling by this order makes their descriptions equal.
    """
    groups = _twins(names, inputs, output)
    representative = {member: group[0] for group in groups for member in group}
    ids = {group[0]: index + 1 for index, group in enumerate(groups)}
    ids[0] = 0

    def merged(feeds: Feeds) -> Feeds:
        return {ids[value]: count for value, count in feeds.items() if value == representative.get(value, 0)}

    labels: list[object] = [(names[group[0] - 1], len(group)) for group in groups]
    graph = _Graph(labels, [merged(inputs[group[0] - 1]) for group in groups], merged(output))
    return [member for node in _Search(graph).order() for member in groups[node - 1]]


def _twins(names: Sequence[str], inputs: Sequence[Feeds], output: Feeds) -> list[list[int]]:
    """Operations in classes of the same name, inputs and readers, in topological order."""
    readers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for reader, feeds in [*enumerate(inputs, start=1), (0, output)]:
        for value, count in feeds.items():
            readers[value].append((reader, count))
    classes: dict[object, list[int]] = defaultdict(list)
    for index, name in enumerate(names, start=1):
        signature = (name, frozenset(inputs[index - 1].items()), frozenset(readers[index]))
        classes[signature].append(index)
    return sorted(classes.values())


class _Graph:
    """Nodes 0 (input), 1..n (labelled operations) and n+1 (output) with weighted predecessors and successors."""

    def __init__(self, labels: list[object], inputs: list[Feeds], output: Feeds) -> None:
        self.labels = labels
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
        cells = _cells(colours)
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

    def certificate(self, order: list[int]) -> Certificate:
        """The whole description, relabelled by that order of all nodes."""
        place = {node: index for index, node in enumerate(order)}
        return tuple(
            (
                self.labels[node - 1] if 0 < node <= len(self.labels) else "",
                tuple(sorted((place[value], count) for value, count in self.before[node])),
            )
            for node in order
        )


def _cells(colours: list[int]) -> dict[int, list[int]]:
    cells: dict[int, list[int]] = defaultdict(list)
    for node, colour in enumerate(colours):
        cells[colour].append(node)
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


def _islands(graph: _Graph, open_cells: list[list[int]]) -> dict[int, list[int]]:
    """Node in an open cell -> all such nodes that hang together with it, without going through decided ones."""
    is_open = {node for members in open_cells for node in members}
    islands: dict[int, list[int]] = {}
    for start in is_open:
        if start in islands:
            continue
        island = [start]
        islands[start] = island
        for node in island:  # grows while it is walked
            for other in graph.around[node]:
                if other in is_open and other not in islands:
                    islands[other] = island
                    island.append(other)
    return islands


def _shape(graph: _Graph, colours: list[int], island: list[int], chosen: int) -> Certificate:
    """An island with one node chosen, up to isomorphism, with what ties it to the decided nodes.

    Two equal ones can change places, chosen node for chosen node, and nothing else moves.
    """
    nodes = sorted(island, key=colours.__getitem__)  # topological, as every order by colour
    place = {node: index for index, node in enumerate(nodes, start=1)}

    def ties(rows: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        return tuple(sorted(row for row in rows if row[0] not in place))

    labels: list[object] = [
        (colours[node], ties(graph.before[node]), ties(graph.after[node]), node == chosen) for node in nodes
    ]
    inputs = [
        {place[other]: times for other, times in graph.before[node] if other in place} for node in nodes
    ]
    search = _Search(_Graph(labels, inputs, {}))
    search.order()
    assert search.best is not None
    return search.best


class _Search:
    """Depth-first search over individualisations for the smallest certificate."""

    def __init__(self, graph: _Graph) -> None:
        self.graph = graph
        self.best: Certificate | None = None
        self.best_order: list[int] = []
        self.automorphisms: list[dict[int, int]] = []

    def order(self) -> list[int]:
        """Operations 1..n in canonical order."""
        self._explore(self.graph.refine(self.graph.start, range(self.graph.size)), ())
        return self.best_order[1:-1]

    def _explore(self, colours: list[int], fixed: tuple[int, ...]) -> None:
        cells = _cells(colours)
        open_cells = [cell for cell in cells.values() if len(cell) > 1]
        if not open_cells:
            self._leaf([cells[colour][0] for colour in sorted(cells)])
            return
        cell = min(open_cells, key=lambda members: (len(members), colours[members[0]]))
        undecided = sum(map(len, open_cells))
        islands = _islands(self.graph, open_cells) if undecided > FEW else {}
        tried: set[int] = set()
        shapes: set[Certificate] = set()
        for node in cell:
            if node in tried:
                continue
            if islands and len(islands[node]) < undecided:
                shape = _shape(self.graph, colours, islands[node], node)
                if shape in shapes:  # an automorphism takes a node tried before to this one
                    continue
                shapes.add(shape)
            chosen = list(colours)
            for other in cell:
                if other != node:
                    chosen[other] += 1  # ranks are positions, so colour + 1 is free in a cell of two or more
            # The others moved as one, so that their neighbours see a change only through them.
            self._explore(
                self.graph.refine(chosen, [other for other in cell if other != node]), (*fixed, node)
            )
            tried |= self._orbit(node, fixed)

    def _orbit(self, node: int, fixed: tuple[int, ...]) -> set[int]:
        """Where the automorphisms known so far that keep `fixed` in place can take a node."""
        keeping = [move for move in self.automorphisms if all(move[place] == place for place in fixed)]
        orbit, front = {node}, [node]
        while front:
            current = front.pop()
            for move in keeping:
                if move[current] not in orbit:
                    orbit.add(move[current])
                    front.append(move[current])
        return orbit

    def _leaf(self, order: list[int]) -> None:
        certificate = self.graph.certificate(order)
        if self.best is None or certificate < self.best:
            self.best, self.best_order = certificate, order
        elif certificate == self.best:
            forth = dict(zip(self.best_order, order, strict=True))
            self.automorphisms += [forth, {new: old for old, new in forth.items()}]
