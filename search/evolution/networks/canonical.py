"""Canonical form of a network's operation graph: equal exactly for isomorphic networks.

Colour refinement over inputs and outputs, then individualisation of what it cannot tell apart, with branches
cut by the automorphisms found on the way (McKay and Piperno 2014, "Practical graph isomorphism, II", in its
simplest form). Operations with the same name, inputs and outputs ("twins") are merged first, so that the
common symmetry costs nothing. What hangs together by decided operations only is ordered by itself, so that
independent parts add up where they would multiply.

Pure Python: must import neither Django nor torch.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.evolution.networks.refinement import MOST_WORK, Certificate, Feeds, Graph, Work, cells_of


def canonical_order(
    names: Sequence[str], inputs: Sequence[Feeds], output: Feeds, most_work: int = MOST_WORK
) -> list[int]:
    """A topological order of the operations 1..n that depends only on the network up to isomorphism.

    `names[k - 1]` and `inputs[k - 1]` describe operation k; operations stand in some topological order.
    Networks are isomorphic exactly when relabelling by this order makes their descriptions equal. Raises TooAlike
    beyond the work that is allowed.
    """
    groups = _twins(names, inputs, output)
    representative = {member: group[0] for group in groups for member in group}
    ids = {group[0]: index + 1 for index, group in enumerate(groups)}
    ids[0] = 0

    def merged(feeds: Feeds) -> Feeds:
        return {ids[value]: count for value, count in feeds.items() if value == representative.get(value, 0)}

    labels: list[object] = [(names[group[0] - 1], len(group)) for group in groups]
    work = Work(most_work)
    graph = Graph(labels, [merged(inputs[group[0] - 1]) for group in groups], merged(output), work)
    try:
        order = CanonicalSearch(graph).order()
    except RecursionError:
        raise work.refusal() from None
    return [member for node in order[1:-1] for member in groups[node - 1]]


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


@dataclass(frozen=True)
class Island:
    """Undecided nodes that hang together without going through decided ones."""

    nodes: tuple[int, ...]
    kind: int = 0
    """Islands of one group and of one kind can change places, and nothing else moves."""


Group = tuple[Island, ...]
"""Islands that share a colour: which of their nodes comes first is decided together."""


class CanonicalSearch:
    """Depth-first search over individualisations for the smallest description, group by group.

    Groups meet in decided nodes only, so each is smallest by itself; and what is left of a group once one of its
    islands is decided is the same whatever was chosen there, so it is solved once.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.solved: dict[object, list[int]] = {}
        self.automorphisms: list[dict[int, int]] = []

    def order(self) -> list[int]:
        """All nodes in canonical order."""
        nodes = range(self.graph.size)
        colours = self.graph.refine(self.graph.start, nodes)
        place = list(colours)
        for group in self._groups(colours, self._islands(colours, nodes)):
            for node, position in zip(self._solve(colours, group), _positions(colours, group), strict=True):
                place[node] = position
        return sorted(nodes, key=place.__getitem__)

    def description(self) -> Certificate:
        """Equal for isomorphic graphs, and for no others."""
        order = self.order()
        return self.graph.rows(order, {node: index for index, node in enumerate(order)})

    def _solve(self, colours: list[int], group: Group) -> list[int]:
        """The nodes of a group in the order of their smallest description. One frame for each choice on the way."""
        nodes = sorted(_nodes(group))
        cells = cells_of(colours, nodes)
        by_colour = [cells[colour] for colour in sorted(cells)]
        content = tuple(map(tuple, by_colour))
        if content in self.solved:
            return self.solved[content]
        cell = min([cell for cell in by_colour if len(cell) > 1], key=len)
        best: list[int] = []
        rows: Certificate | None = None  # of the best, made when there is another
        tried: set[int] = set()
        for node, island in _choices(cell, group):
            if node in tried:
                continue
            place = self._choose(colours, cell, node)
            others = tuple([other for other in group if other is not island])
            parts = self._groups(place, self._islands(place, island.nodes), others)
            solved = [(self._solve(place, part), _positions(place, part)) for part in parts]
            for order, positions in solved:
                for member, position in zip(order, positions, strict=True):
                    place[member] = position
            order = sorted(nodes, key=place.__getitem__)
            if best:
                best, rows = self._better(colours, best, rows, order, place)
            else:
                best = order
            tried |= self._orbit(node, colours)
        self.solved[content] = best
        return best

    def _choose(self, colours: list[int], cell: list[int], node: int) -> list[int]:
        """Colours after one node of a cell is put before the others of it."""
        chosen = list(colours)
        rest = [other for other in cell if other != node]
        for other in rest:
            chosen[other] += 1  # ranks are positions, so colour + 1 is free in a cell of two or more
        # The others moved as one, so that their neighbours see a change only through them.
        return self.graph.refine(chosen, rest)

    def _better(
        self,
        colours: list[int],
        best: list[int],
        rows: Certificate | None,
        order: list[int],
        place: list[int],
    ) -> tuple[list[int], Certificate]:
        """The order of the two with the smaller description; where both are the same, an automorphism is found."""
        if rows is None:
            before = list(colours)
            for member, other in zip(best, order, strict=True):
                before[member] = place[other]
            rows = self.graph.rows(best, before)
        fresh = self.graph.rows(order, place)
        if fresh < rows:
            return order, fresh
        if fresh == rows:
            forth = {one: other for one, other in zip(best, order, strict=True) if one != other}
            self.automorphisms += [forth, {new: old for old, new in forth.items()}]
        return best, rows

    def _orbit(self, node: int, colours: list[int]) -> set[int]:
        """Where the automorphisms known so far that keep the colours can take a node."""
        keeping = []
        for move in self.automorphisms:
            self.graph.work.spend(1)
            if all(colours[old] == colours[new] for old, new in move.items()):
                keeping.append(move)
        orbit, front = {node}, [node]
        while front:
            current = front.pop()
            for move in keeping:
                target = move.get(current, current)
                if target not in orbit:
                    orbit.add(target)
                    front.append(target)
        return orbit

    def _islands(self, colours: list[int], among: Iterable[int]) -> Group:
        """The undecided of these nodes in parts that hang together without going through decided ones."""
        cells = cells_of(colours, among)
        is_open = {node for cell in cells.values() if len(cell) > 1 for node in cell}
        islands, seen = [], set[int]()
        for start in sorted(is_open):
            if start in seen:
                continue
            island = [start]
            seen.add(start)
            for node in island:  # grows while it is walked
                self.graph.work.spend(len(self.graph.around[node]))
                for other in self.graph.around[node]:
                    if other in is_open and other not in seen:
                        seen.add(other)
                        island.append(other)
            islands.append(Island(tuple(island)))
        return tuple(islands)

    def _groups(self, colours: list[int], fresh: Group, known: Group = ()) -> list[Group]:
        """Islands put together where they share a colour. A fresh one shares none with those that are known, for
        choosing a node of an island tells it from all others; those keep their kinds while all their nodes are open."""
        groups = []
        for group in _sharing(colours, known):
            if any(len(cell) == 1 for cell in cells_of(colours, _nodes(group)).values()):
                fresh += self._islands(colours, _nodes(group))
            else:
                groups.append(group)
        return groups + [self._with_kinds(colours, group) for group in _sharing(colours, fresh)]

    def _with_kinds(self, colours: list[int], group: Group) -> Group:
        if len(group) == 1:
            return group
        kinds: dict[Certificate, int] = {}
        return tuple(
            [
                Island(island.nodes, kinds.setdefault(self._shape(colours, island), len(kinds)))
                for island in group
            ]
        )

    def _shape(self, colours: list[int], island: Island) -> Certificate:
        """An island up to isomorphism, with what ties it to the decided nodes."""
        nodes = sorted(island.nodes, key=colours.__getitem__)  # topological, as every order by colour
        place = {node: index for index, node in enumerate(nodes, start=1)}

        def ties(rows: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
            return tuple(sorted([row for row in rows if row[0] not in place]))

        labels: list[object] = [
            (colours[node], ties(self.graph.before[node]), ties(self.graph.after[node])) for node in nodes
        ]
        inputs = [
            {place[other]: times for other, times in self.graph.before[node] if other in place}
            for node in nodes
        ]
        return CanonicalSearch(Graph(labels, inputs, {}, self.graph.work)).description()


def _nodes(group: Group) -> list[int]:
    return [node for island in group for node in island.nodes]


def _positions(colours: list[int], group: Group) -> list[int]:
    """The places that its nodes take, from the first to the last."""
    cells = cells_of(colours, _nodes(group))
    return [colour + offset for colour in sorted(cells) for offset in range(len(cells[colour]))]


def _sharing(colours: list[int], islands: Group) -> list[Group]:
    """Islands that share a colour, with each other or with a third, together."""
    found: list[tuple[set[int], list[Island]]] = []
    for island in islands:
        reached, members = {colours[node] for node in island.nodes}, [island]
        apart = []
        for other in found:
            if reached.isdisjoint(other[0]):
                apart.append(other)
            else:
                reached |= other[0]
                members = other[1] + members
        found = [*apart, (reached, members)]
    return [tuple(members) for _, members in found]


def _choices(cell: list[int], group: Group) -> list[tuple[int, Island]]:
    """Nodes of a cell with their islands; of the islands of one kind the first stands for all."""
    first: dict[int, Island] = {}
    for island in group:
        first.setdefault(island.kind, island)
    home = {node: island for island in first.values() for node in island.nodes}
    return [(node, home[node]) for node in cell if node in home]
