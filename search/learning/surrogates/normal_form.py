"""Normal form of a genotype: the same for every naming of its motifs and inner nodes, dead edges left out.

Slots of motifs and numbers of inner nodes are names: a learner that sees them takes 6! spellings of one network for
720 networks. From level 2 up the live edges of each used motif are put into an order of nodes found by colour
refinement; motifs are then sorted by content, equal ones merged, unused slots left empty at the end. Pure Python.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from search.evolution.genotypes.genotype import Genotype, Motif
from search.evolution.genotypes.liveness import live_paths
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace

LabelledEdge = tuple[int, int, int]
"""(successor, predecessor, operation id)."""
KEPT = 4096
"""Forms remembered in this process, a few kilobytes each."""


@dataclass(frozen=True)
class NormalForm:
    """One network's spelling."""

    space: SearchSpace
    levels: tuple[tuple[Motif, ...], ...]
    """As a genotype's."""
    used: tuple[int, ...]
    """Motifs in use at each level, at the top the cells; those after them are empty."""

    @cached_property
    def key(self) -> str:
        """16 hex digits: equal where the form is."""
        return hashlib.sha256(repr(self.levels).encode()).hexdigest()[:16]

    @cached_property
    def genotype(self) -> Genotype:
        """Builds the same network."""
        return Genotype(self.space, self.levels)


@lru_cache(maxsize=KEPT)
def normal_form(genotype: Genotype) -> NormalForm:
    """Of a genotype that builds a network."""
    space, paths = genotype.space, live_paths(genotype)
    in_use: dict[int, list[int]] = {space.top: list(space.cell_slots)}
    for level in range(space.top, 2, -1):
        in_use[level - 1] = sorted({row[2] for slot in in_use[level] for row in paths[level, slot]})
    levels: list[tuple[Motif, ...]] = []
    used: list[int] = []
    names = {operation: operation for operation in range(len(space.primitives) + 1)}
    for level in range(2, space.top + 1):
        shape = space.level(level)
        found = {
            slot: _ordered(shape.nodes, [(to, of, names[op]) for to, of, op in paths[level, slot]])
            for slot in in_use[level]
        }
        # Slots of motifs are names; those of a pair of cells are places in the host.
        contents = list(found.values()) if level == space.top else sorted(set(found.values()))
        empty = tuple((NONE,) * node for node in range(1, shape.nodes))
        levels.append((*contents, *[empty] * (shape.motifs - len(contents))))
        used.append(len(contents))
        names = {slot: contents.index(motif) + 1 for slot, motif in found.items()}
    return NormalForm(space, tuple(levels), tuple(used))


def _ordered(nodes: int, rows: Sequence[LabelledEdge]) -> Motif:
    """The motif with its live inner nodes first, in canonical order, and its dead ones before the sink."""
    place = {node: number for number, node in enumerate(_canonical_order(rows), start=1)}
    place[nodes] = nodes
    motif = [[NONE] * node for node in range(1, nodes)]
    for successor, predecessor, operation in rows:
        motif[place[successor] - 2][place[predecessor] - 1] = operation
    return tuple(map(tuple, motif))


def _canonical_order(rows: Sequence[LabelledEdge]) -> list[int]:
    """Live nodes, sources of edges before their targets; ties of colour are broken one at a time, for nodes that
    refinement cannot tell apart are interchangeable in graphs as small as these."""
    colours = _refined(rows, _depths(rows))
    while len(set(colours.values())) < len(colours):
        counts = sorted(colours.values())
        tied = next(colour for colour, after in pairwise(counts) if colour == after)
        chosen = min(node for node, colour in colours.items() if colour == tied)
        marked = {node: 2 * colour + (colour >= tied and node != chosen) for node, colour in colours.items()}
        colours = _refined(rows, marked)
    return sorted(colours, key=colours.__getitem__)


def _depths(rows: Sequence[LabelledEdge]) -> dict[int, int]:
    """Of each live node the longest way from the source: leads the colour, so that its order is topological."""
    depths = {1: 0}
    for successor, predecessor, _ in sorted(rows):
        depths[successor] = max(depths.get(successor, 0), depths[predecessor] + 1)
    return depths


def _refined(rows: Sequence[LabelledEdge], start: Mapping[int, int]) -> dict[int, int]:
    """Colours split by those of neighbours until nothing changes; the order of colours is kept."""
    colours = dict(start)
    while True:
        signs = {
            node: (
                colour,
                sorted((op, colours[of]) for to, of, op in rows if to == node),
                sorted((op, colours[to]) for to, of, op in rows if of == node),
            )
            for node, colour in colours.items()
        }
        ranked: list[object] = []
        for sign in sorted(signs.values()):
            if not ranked or ranked[-1] != sign:
                ranked.append(sign)
        fresh = {node: ranked.index(sign) for node, sign in signs.items()}
        if len(ranked) == len(set(colours.values())):
            return fresh
        colours = fresh
