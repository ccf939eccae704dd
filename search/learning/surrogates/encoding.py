"""Encodings of genotypes for neural predictors: fixed lengths, the same for every naming of motifs."""

import numpy as np
from numpy.typing import NDArray

from search.evolution.genotypes.genotype import Genotype, Motif, edges
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import SearchSpace
from search.learning.surrogates.normal_form import NormalForm

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST_FEATURES = 2048
"""Beyond it a motif is described by the mean of its edges instead of by all of them."""


def unfolded(form: NormalForm) -> Floats:
    """One-hot operations of the network by place: each edge of the cell is described by the motif that it carries,
    whose edges are described in turn. `none`, and all below it, is zeros."""
    space = form.space
    described: list[Floats] = [
        np.eye(len(space.primitives) + 1)[operation] for operation in range(len(space.primitives) + 1)
    ]
    described[NONE] = np.zeros(len(space.primitives) + 1)
    for motifs in form.levels:
        described = [np.zeros(0), *[_described(motif, described) for motif in motifs]]
        described[NONE] = np.zeros_like(described[1])
    return np.concatenate([described[slot] for slot in space.cell_slots])


def _described(motif: Motif, below: list[Floats]) -> Floats:
    rows = [below[operation] for row in motif for operation in row]
    if len(rows) * len(below[1]) <= MOST_FEATURES:
        return np.concatenate(rows)
    mean: Floats = np.mean(rows, axis=0)
    return mean


def tokens(genotype: Genotype) -> Integers:
    """The operation of every edge of every motif: [genes]."""
    return np.array([op for motifs in genotype.levels for motif in motifs for row in motif for op in row])


def live_tokens(genotype: Genotype) -> Integers:
    """The same, and `none` where an edge does not reach the network: [genes]."""
    live = analyse(genotype).live_edges
    return np.array(
        [
            op if (level, slot, successor, predecessor) in live else NONE
            for level, motifs in enumerate(genotype.levels, start=2)
            for slot, motif in enumerate(motifs, start=1)
            for successor, predecessor, op in edges(motif)
        ]
    )


def choices_of(space: SearchSpace) -> Integers:
    """How many operations each token may be, `none` included: [genes]."""
    return np.concatenate(
        [
            np.full(space.level(level).motifs * space.level(level).edges, len(space.operations(level)) + 1)
            for level in range(2, space.top + 1)
        ]
    )
