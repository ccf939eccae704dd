"""Motifs of one genotype put into the slots where the like ones of another stand.

Slots are arbitrary names: any order of a level's motifs builds the same network once the level above is renamed.
Whoever takes motifs from two genotypes must align them first, or every exchange is destructive (methods B17). Pure
Python: must import neither Django nor torch.
"""

from collections.abc import Sequence

from search.evolution.genotypes.genotype import Genotype, Motif
from search.evolution.genotypes.primitives import NONE

Assignment = list[int]


def aligned(genotype: Genotype, to: Genotype) -> Genotype:
    """The same network, its motifs in the slots of those of `to` that differ least from them, from level 2 up."""
    levels = [list(motifs) for motifs in genotype.levels]
    for index in range(len(levels) - 1):
        mine, theirs = levels[index], to.levels[index]
        slots = cheapest_assignment([[difference(one, other) for other in theirs] for one in mine])
        levels[index] = [mine[slots.index(slot)] for slot in range(len(mine))]
        levels[index + 1] = [_renamed(motif, slots) for motif in levels[index + 1]]
    return Genotype(genotype.space, tuple(map(tuple, levels)))


def difference(one: Motif, other: Motif) -> int:
    """Edges that carry another operation."""
    pairs = zip(one, other, strict=True)
    return sum(mine != theirs for rows in pairs for mine, theirs in zip(*rows, strict=True))


def _renamed(motif: Motif, slots: Assignment) -> Motif:
    return tuple(tuple(NONE if op == NONE else slots[op - 1] + 1 for op in row) for row in motif)


def cheapest_assignment(costs: Sequence[Sequence[float]]) -> Assignment:
    """For each row of a square table the column it gets, each column once, at the least sum (Hungarian method).

    Shortest augmenting paths with potentials, O(n^3).

    >>> cheapest_assignment([[4, 1, 3], [2, 0, 5], [3, 2, 2]])
    [1, 0, 2]
    """
    size = len(costs)
    row_price, column_price = [0.0] * (size + 1), [0.0] * (size + 1)
    row_of = [0] * (size + 1)
    """Of each column, from 1; 0: none."""
    for row in range(1, size + 1):
        row_of[0] = row
        least, before, done = [float("inf")] * (size + 1), [0] * (size + 1), [False] * (size + 1)
        column = 0
        while row_of[column]:
            done[column] = True
            here, step, nearest = row_of[column], float("inf"), 0
            for other in range(1, size + 1):
                if done[other]:
                    continue
                reduced = costs[here - 1][other - 1] - row_price[here] - column_price[other]
                if reduced < least[other]:
                    least[other], before[other] = reduced, column
                if least[other] < step:
                    step, nearest = least[other], other
            for other in range(size + 1):
                if done[other]:
                    row_price[row_of[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = nearest
        while column:
            row_of[column] = row_of[before[column]]
            column = before[column]
    found = [0] * size
    for column in range(1, size + 1):
        found[row_of[column] - 1] = column - 1
    return found
