"""The landscape of a table under mutation: how far fitness reaches, and where climbing ends.

A step is one mutation: a genotype with one edge changed that builds a network too. Heights are mean validation
accuracies. Must import neither Django nor torch.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.tables.lookup import TableLookup
from search.tables.table import SPLITS, BenchmarkTable, one_edge_changes

WALKS = 50
WALK_STEPS = 200
LAGS = 10
STARTS = 100
START_MUTATIONS = 100
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Landscape:
    """What walks and climbs found."""

    autocorrelation: tuple[float, ...]
    """Of the heights along random walks, at lags 0, 1, ..."""
    correlation_length: float
    """Steps after which the correlation has fallen to 1/e, from that at lag 1 (Weinberger 1990)."""
    local_optima: int
    """Networks whose stored genotype has no better neighbour."""
    climbs: int
    climbs_to_best: float
    """Share of climbs from random genotypes that end at the best network."""
    climb_trainings: float
    """Mean number of networks that a climb looks at."""
    neutral: float
    """Share of mutations that leave the network the same."""


def landscape(lookup: TableLookup[BenchmarkTable], *, seed: int = 0) -> Landscape:
    """Walks, climbs and all stored genotypes' neighbours."""
    rng = random.Random(seed)
    heights = lookup.table.accuracy[:, :, -1, SPLITS.index("validation")].mean(axis=1, dtype=np.float64)
    best = int(np.argmax(heights))
    walks = [_walk(lookup, heights, rng) for _ in range(WALKS)]
    correlations = _autocorrelation(walks)
    ends = [_climb(lookup, heights, _start(lookup, rng)) for _ in range(STARTS)]
    optima, same, all_changes = 0, 0, 0
    for row, key in enumerate(lookup.table.keys):
        around = [lookup.row(other) for other in one_edge_changes(lookup.table.genotype(key))]
        known = [other for other in around if other is not None]
        optima += all(heights[other] <= heights[row] for other in known)
        same += sum(other == row for other in known)
        all_changes += len(known)
    first = min(max(correlations[1], 1e-9), 1 - 1e-9)
    return Landscape(
        autocorrelation=correlations,
        correlation_length=float(-1 / np.log(first)),
        local_optima=optima,
        climbs=len(ends),
        climbs_to_best=sum(row == best for row, _ in ends) / len(ends),
        climb_trainings=sum(looked for _, looked in ends) / len(ends),
        neutral=same / max(1, all_changes),
    )


def _start(lookup: TableLookup[BenchmarkTable], rng: random.Random) -> Genotype:
    while True:
        genotype = random_genotype(lookup.table.space, rng, mutations=START_MUTATIONS)
        if lookup.row(genotype) is not None:
            return genotype


def _walk(lookup: TableLookup[BenchmarkTable], heights: Floats, rng: random.Random) -> Floats:
    genotype, found = _start(lookup, rng), []
    for _ in range(WALK_STEPS):
        row = lookup.row(genotype)
        assert row is not None
        found.append(heights[row])
        around = [other for other in one_edge_changes(genotype) if lookup.row(other) is not None]
        genotype = rng.choice(around)
    return np.array(found)


def _autocorrelation(walks: Sequence[Floats]) -> tuple[float, ...]:
    """Of all walks together, around their common mean."""
    mean = float(np.mean([walk.mean() for walk in walks]))
    centred = [walk - mean for walk in walks]
    variance = float(np.mean([(walk**2).mean() for walk in centred]))
    return tuple(
        float(np.mean([(walk[: len(walk) - lag] * walk[lag:]).mean() for walk in centred]) / variance)
        for lag in range(LAGS + 1)
    )


def _climb(lookup: TableLookup[BenchmarkTable], heights: Floats, genotype: Genotype) -> tuple[int, int]:
    """(row where no neighbour is better, networks looked at): each step goes to the best neighbour."""
    row = lookup.row(genotype)
    assert row is not None
    seen = {row}
    while True:
        around = [(other, lookup.row(other)) for other in one_edge_changes(genotype)]
        known = [(other, place) for other, place in around if place is not None]
        seen.update(place for _, place in known)
        other, place = max(known, key=lambda found: heights[found[1]])
        if heights[place] <= heights[row]:
            return row, len(seen)
        genotype, row = other, place
