"""Assembly: unfolds a genotype into one flat graph of primitives (Liu et al. 2018, equations 1-3; methods A1).

Each use of a motif gets its own copy. A used motif below the top level is followed by a 1x1 convolution to the
cell's width (methods A3, reading B), which stands in the graph as an edge with `projection=True`.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import networkx as nx

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import NO_PATH, Edge, live_paths
from search.evolution.genotypes.primitives import PROJECTION
from search.evolution.genotypes.space import NORMAL
from search.evolution.work_budget import spend

SOURCE, SINK = "source", "sink"

Paths = dict[tuple[int, int], tuple[tuple[int, int, int], ...]]


class Infeasible(ValueError):
    """A genotype that builds no network: the cell's sink cannot be reached."""


def assemble(genotype: Genotype, slot: int = NORMAL) -> "nx.DiGraph[str]":
    """The flat graph of a cell's live network, dead edges and unused motifs left out.

    Nodes are feature maps, the concatenation of what their edges bring; an edge carries `operation` (a
    primitive's name), `projection`, `place` (level, slot, successor, predecessor) of the genotype's edge it
    comes from, and `within`, the places of the edges above it, the top level's first. Node names are paths:
    `1-3/n2` is node 2 of the motif on the cell's edge 1 -> 3, `1-3/out` its sink before the projection.

    Raises Infeasible when the sink is not reached.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    for source, target, data in assembled_edges(genotype, slot):
        graph.add_edge(source, target, **data)
    return graph


def assembled_edges(genotype: Genotype, slot: int = NORMAL) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The edges of `assemble`, predecessors before successors. `slot`: which cell of a pair."""
    paths = live_paths(genotype)
    top = genotype.space.top
    if not paths[top, slot]:
        raise Infeasible(NO_PATH.format(cell=genotype.space.motif_name(top, slot)))
    yield from _unfold(genotype, paths, MotifUse(top, slot, SOURCE, SINK))


class MotifUse(NamedTuple):
    """One use of a motif, between two nodes of the flat graph."""

    level: int
    slot: int
    source: str
    sink: str
    prefix: str = ""
    """Of the names of the nodes inside."""
    within: tuple[Edge, ...] = ()
    """The places of the edges above, the top level's first."""


def _unfold(genotype: Genotype, paths: Paths, use: MotifUse) -> Iterator[tuple[str, str, dict[str, Any]]]:
    level, prefix, within = use.level, use.prefix, use.within
    last = genotype.space.level(level).nodes

    def node(number: int) -> str:
        return use.source if number == 1 else use.sink if number == last else f"{prefix}n{number}"

    for successor, predecessor, operation in paths[level, use.slot]:
        spend(10)
        place = (level, use.slot, successor, predecessor)
        if level == 2:
            name = genotype.space.operation_name(2, operation)
            yield (
                node(predecessor),
                node(successor),
                {"operation": name, "projection": False, "place": place, "within": within},
            )
            continue
        inner = f"{prefix}{predecessor}-{successor}/"
        inside = MotifUse(level - 1, operation, node(predecessor), f"{inner}out", inner, (*within, place))
        yield from _unfold(genotype, paths, inside)
        yield (
            f"{inner}out",
            node(successor),
            {"operation": PROJECTION, "projection": True, "place": place, "within": within},
        )
