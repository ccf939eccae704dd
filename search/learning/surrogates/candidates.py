"""Candidate generator, the same for every surrogate: mutants and crossovers of the fittest, and random networks.

What a search gains by a better generator must not be put down to a better model: BANANAS owed most of its lead to
mutating the incumbent (arXiv 2107.07343). Two quarters differ from one of the fittest by one to three edges, one
quarter comes of two of them with their motifs aligned, one is drawn at random.
"""

import random
from collections.abc import Container, Sequence

from search.evolution.genotypes.alignment import aligned
from search.evolution.genotypes.genotype import Genotype, Motif
from search.evolution.genotypes.mutation import apply_mutation, draw_mutation
from search.evolution.genotypes.space import SearchSpace
from search.evolution.strategies.crossover import exchanged
from search.learning.base import Accept, Tick
from search.learning.surrogates.normal_form import normal_form

MOST_MUTATIONS = 3
DRAWS = 8
"""Draws for each candidate wanted, at most: small spaces run out of new ones."""


def candidates(
    parents: Sequence[Genotype], known: Container[str], wanted: int, rng: random.Random, source: "Source"
) -> dict[str, Genotype]:
    """Up to `wanted` acceptable genotypes whose networks are neither known nor equal, by the keys of their forms."""
    found: dict[str, Genotype] = {}
    for number in range(wanted * DRAWS):
        source.tick()
        if len(found) == wanted:
            break
        genotype = _drawn(parents, number % 4, rng, source.space)
        if source.accept(genotype):
            key = normal_form(genotype).key
            if key not in known:
                found[key] = genotype
    return found


class Source:
    """What candidates are drawn for."""

    def __init__(self, space: SearchSpace, accept: Accept, tick: Tick) -> None:
        self.space, self.accept, self.tick = space, accept, tick


def _drawn(parents: Sequence[Genotype], quarter: int, rng: random.Random, space: SearchSpace) -> Genotype:
    if quarter == 3 or not parents:
        return uniform_genotype(space, rng)
    genotype = rng.choice(parents)
    if quarter == 2:
        return exchanged(genotype, aligned(rng.choice(parents), genotype), 0.5, rng)
    for _ in range(rng.randint(1, MOST_MUTATIONS)):
        genotype = apply_mutation(genotype, draw_mutation(genotype, rng))
    return genotype


def uniform_genotype(space: SearchSpace, rng: random.Random) -> Genotype:
    """Each edge drawn from all operations and `none`: what many random mutations come to (methods A6)."""
    levels = []
    for level in range(2, space.top + 1):
        shape, choices = space.level(level), len(space.operations(level)) + 1
        motifs: list[Motif] = [
            tuple(tuple(rng.randrange(choices) for _ in range(node)) for node in range(1, shape.nodes))
            for _ in range(shape.motifs)
        ]
        levels.append(tuple(motifs))
    return Genotype(space, tuple(levels))
