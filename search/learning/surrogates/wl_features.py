"""Weisfeiler-Lehman features of a genotype, a bag for each level (Ru et al. 2021; Schrodi et al. 2023).

As in Schrodi's hierarchical kernel the network is looked at from coarse to fine: unfolded down to each level with what
that level's edges carry left unnamed, then as the whole network of primitives; besides, as the bag of its motifs.
Departs from it: operations stand on edges here, so a node's colour takes in the operations of its edges in both
directions. Hashes of tuples of integers are the same in every process. Pure Python.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import NORMAL, SearchSpace
from search.learning.surrogates.normal_form import KEPT, NormalForm

Bag = Counter[int]
"""Feature -> how often."""
GraphEdge = tuple[int, int, int]
"""(from node, to node, label); 0 is the source, 1 the sink."""
SOURCE, SINK = 0, 1
UNNAMED = 0


def views(space: SearchSpace) -> tuple[str, ...]:
    """What `bags` looks at, for people: from the coarsest to the finest."""
    shapes = [f"shape down to level {level}" for level in range(space.top, 2, -1)]
    motifs = [f"motifs of level {level}" for level in range(space.top - 1, 1, -1)]
    return (*shapes, *motifs, "network")


@lru_cache(maxsize=KEPT)
def bags(form: NormalForm, iterations: int) -> tuple[Bag, ...]:
    """One for each of `views`."""
    top = form.space.top
    contents = _contents(form)
    found = [_cells_bag(form, level, iterations) for level in range(top, 2, -1)]
    uses = _uses(form)
    for level in range(top - 1, 1, -1):
        bag: Bag = Counter()
        for slot in range(1, form.used[level - 2] + 1):
            edges = [(of, to, contents[level - 1][op]) for of, to, op in _edges(form, level, slot)]
            for feature, count in wl_bag(edges, iterations).items():
                bag[feature] += count * uses[level, slot]
        found.append(bag)
    return (*found, _cells_bag(form, 2, iterations))


def likeness(one: NormalForm, other: NormalForm, iterations: int) -> tuple[float, ...]:
    """How alike each of `views` sees them, 0..1: the cosine of the bags, what the normalised kernel is."""
    pairs = zip(bags(one, iterations), bags(other, iterations), strict=True)
    return tuple(
        sum(count * theirs[feature] for feature, count in mine.items()) / (mine_long * theirs_long) ** 0.5
        for mine, theirs in pairs
        for mine_long, theirs_long in [(_square(mine), _square(theirs))]
    )


def _square(bag: Bag) -> int:
    return sum(count * count for count in bag.values())


def wl_bag(edges: Sequence[GraphEdge], iterations: int) -> Bag:
    """Labels of edges, then the colours of nodes after 1, 2, ... rounds of refinement."""
    bag: Bag = Counter(hash((0, label)) for _, _, label in edges)
    colours = {node: 0 for of, to, _ in edges for node in (of, to)} | {SOURCE: 1, SINK: 2}
    for turn in range(1, iterations + 1):
        before, after = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        for of, to, label in edges:
            before[to].append(hash((label, colours[of])))
            after[of].append(hash((label, colours[to])))
        colours = {
            node: hash((colour, tuple(sorted(before[node])), tuple(sorted(after[node]))))
            for node, colour in colours.items()
        }
        bag.update(hash((turn, colour)) for colour in colours.values())
    return bag


def _edges(form: NormalForm, level: int, slot: int) -> Iterator[GraphEdge]:
    last = form.space.level(level).nodes
    for successor, row in enumerate(form.levels[level - 2][slot - 1], start=2):
        for predecessor, operation in enumerate(row, start=1):
            if operation != NONE:
                yield (
                    SOURCE if predecessor == 1 else predecessor,
                    SINK if successor == last else successor,
                    operation,
                )


def _contents(form: NormalForm) -> dict[int, list[int]]:
    """For each level a label of each motif that says what is in it; level 1: the primitives' ids."""
    found = {1: list(range(len(form.space.primitives) + 1))}
    for level in range(2, form.space.top):
        below = found[level - 1]
        found[level] = [0] + [
            hash((level, *(edge for of, to, op in _edges(form, level, slot) for edge in (of, to, below[op]))))
            for slot in range(1, form.used[level - 2] + 1)
        ]
    return found


def _uses(form: NormalForm) -> Counter[tuple[int, int]]:
    """(level, slot) -> its copies in one cell, or in both of a pair."""
    top = form.space.top
    uses = Counter({(top, slot): 1 for slot in form.space.cell_slots})
    for level in range(top, 2, -1):
        for slot in range(1, form.used[level - 2] + 1):
            for _, _, operation in _edges(form, level, slot):
                uses[level - 1, operation] += uses[level, slot]
    return uses


def _cells_bag(form: NormalForm, down_to: int, iterations: int) -> Bag:
    """Of the unfolded cell. Of a pair both in one bag, each with features of its own."""
    whole: Bag = Counter()
    for slot in form.space.cell_slots:
        for feature, count in wl_bag(_unfolded(form, slot, down_to), iterations).items():
            whole[feature if slot == NORMAL else hash((feature, slot))] += count
    return whole


def _unfolded(form: NormalForm, cell: int, down_to: int) -> list[GraphEdge]:
    """A cell as a graph whose edges are those of that level: unnamed, or primitives at level 2."""
    edges: list[GraphEdge] = []
    count = 1

    def unfold(level: int, slot: int, source: int, sink: int) -> None:
        nonlocal count
        nodes = {SOURCE: source, SINK: sink}
        for of, to, operation in _edges(form, level, slot):
            for node in (of, to):
                if node not in nodes:
                    count += 1
                    nodes[node] = count
            if level > down_to:
                unfold(level - 1, operation, nodes[of], nodes[to])
            else:
                edges.append((nodes[of], nodes[to], operation if level == 2 else UNNAMED))

    unfold(form.space.top, cell, SOURCE, SINK)
    return edges
