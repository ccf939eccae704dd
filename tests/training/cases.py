"""Networks and protocols that several test files train."""

import random
from collections.abc import Iterator

from search.evolution.evaluation import Progress
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES, SearchSpace, search_space
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype

LIU = PUBLISHED["liu2018"].genotype

FOUR_LEVELS = search_space(
    {"levels": [{"motifs": 3, "nodes": 3}, {"motifs": 3, "nodes": 3}, {"motifs": 1, "nodes": 4}]}
)
PAIR = search_space(
    {"levels": [{"motifs": 4, "nodes": 4}, {"motifs": 2, "nodes": 4}], "reduction_cell": True}
)
"""A normal and a reduction cell."""
ALL_SPACES = {**SPACES, "four levels": FOUR_LEVELS, "pair": PAIR}


def networks(space: SearchSpace, count: int, *, start: int = 0) -> Iterator[tuple[Genotype, Phenotype]]:
    """That many random feasible genotypes with their phenotypes; the same for the same `start`."""
    seed = start
    while count:
        genotype = random_genotype(space, random.Random(seed))
        seed += 1
        try:
            phenotype = build_phenotype(genotype)
        except Infeasible:
            continue
        count -= 1
        yield genotype, phenotype


def small_genotype() -> Genotype:
    """One separable convolution and one max pool, concatenated."""
    space = search_space({"levels": [{"motifs": 1, "nodes": 3}]})
    return Genotype(space, ((((3,), (4, 6)),),))


def small_cell() -> Phenotype:
    """Its network."""
    return build_phenotype(small_genotype())


def digits_protocol(**changes: object) -> Protocol:
    """A few steps on digits."""
    document = {"dataset": "digits", "channels": 4, "steps": 12, "batch_size": 32, "learning_rate": 0.1}
    return Protocol.model_validate({**document, **changes})


def ignore(progress: Progress) -> None:
    """A progress call-back that lets the training go on."""
