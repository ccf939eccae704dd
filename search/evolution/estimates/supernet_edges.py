"""Which edges and operations of a supernet a step runs, for what counts them without torch.

Pure Python: must import neither Django nor torch.
"""

import random
from collections.abc import Mapping

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import live_paths, unreached_cells
from search.evolution.genotypes.space import SearchSpace

MotifPlace = tuple[int, int]
"""(level, slot)."""
RunEdges = Mapping[MotifPlace, tuple[tuple[int, int, tuple[int, ...]], ...]]
"""For each motif its edges (successor, predecessor, operations that run), by successor, then predecessor."""


def uniform_genes(space: SearchSpace, rng: random.Random) -> Genotype:
    """Every edge uniformly, none among its operations: what a long walk of mutations ends at, in a fraction of the
    time."""
    while True:
        genotype = Genotype(
            space,
            tuple(
                tuple(
                    tuple(
                        tuple(rng.randrange(1 + len(space.operations(level))) for _ in range(node - 1))
                        for node in range(2, space.level(level).nodes + 1)
                    )
                    for _ in range(space.level(level).motifs)
                )
                for level in range(2, space.top + 1)
            ),
        )
        if not unreached_cells(space, live_paths(genotype)):
            return genotype


def all_edges(space: SearchSpace) -> RunEdges:
    """Every operation on every edge."""
    return {
        (level, slot): tuple(
            (successor, predecessor, tuple(range(1, 1 + len(space.operations(level)))))
            for successor in range(2, space.level(level).nodes + 1)
            for predecessor in range(1, successor)
        )
        for level in range(2, space.top + 1)
        for slot in range(1, space.level(level).motifs + 1)
    }


def edges_of_genotype(genotype: Genotype) -> RunEdges:
    """Its live edges alone."""
    return {
        place: tuple((successor, predecessor, (operation,)) for successor, predecessor, operation in rows)
        for place, rows in live_paths(genotype).items()
    }


def edges_left(space: SearchSpace, dropped: float, rng: random.Random) -> RunEdges:
    """All edges, each operation dropped with that probability, but never all of an edge from the node before: as
    path dropout leaves them."""
    found: dict[MotifPlace, tuple[tuple[int, int, tuple[int, ...]], ...]] = {}
    for place, rows in all_edges(space).items():
        left = []
        for successor, predecessor, operations in rows:
            kept = tuple(operation for operation in operations if rng.random() >= dropped)
            if not kept and predecessor == successor - 1:
                kept = (rng.choice(operations),)
            if kept:
                left.append((successor, predecessor, kept))
        found[place] = tuple(left)
    return found
