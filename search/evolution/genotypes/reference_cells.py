"""Reference cells: hand-made and published networks as genotypes, to be scored beside what a search finds.

Pure Python: must import neither Django nor torch.
"""

import random

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.published import PUBLISHED, PublishedCell
from search.evolution.genotypes.space import SPACES, SearchSpace
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.cost import within_limit
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import build_phenotype

_CHAIN = ((6,), (0, 6), (0, 0, 6))
"""Identities alone: what unused motifs hold."""
_RESIDUAL = ((3,), (0, 3), (6, 0, 6))
_BRANCHES = ((1,), (0, 3), (1, 3, 3))
_POOL = ((4,), (0, 6), (0, 0, 6))

RESIDUAL = PublishedCell(
    "residual",
    "Residual-like cell",
    "four motifs of two separable convolutions beside the unchanged input, after He et al. 2016; both are concatenated "
    "and projected where a residual network adds them",
    Genotype(
        SPACES["hierarchical"],
        ((_RESIDUAL, *(_CHAIN,) * 5), (((1,), (0, 1), (0, 0, 1), (0, 0, 0, 1)),)),
    ),
)
INCEPTION = PublishedCell(
    "inception",
    "Inception-like cell",
    "two modules of four branches, 1×1, 3×3, twice 3×3 and pool, after Szegedy et al. 2016; the convolutions of 3×3 "
    "are separable and share one 1×1 before them",
    Genotype(
        SPACES["hierarchical"],
        ((_BRANCHES, _POOL, *(_CHAIN,) * 4), (((2,), (1, 3), (0, 0, 2), (0, 0, 1, 3)),)),
    ),
)
REFERENCES: dict[str, PublishedCell] = {row.name: row for row in (RESIDUAL, INCEPTION, PUBLISHED["liu2018"])}

RANDOM = "random"
RANDOM_TITLE = "One random architecture"
BASELINES: dict[str, str] = {**{row.name: row.title for row in REFERENCES.values()}, RANDOM: RANDOM_TITLE}
"""Name -> title of all that may be scored beside a search's networks."""


def baseline_genotype(name: str, space: SearchSpace, seed: int) -> Genotype:
    """A reference cell, or the random architecture of a space: the first of its draws that builds a network within
    the space's limit. Raises KeyError naming the known baselines."""
    if name in REFERENCES:
        return REFERENCES[name].genotype
    if name != RANDOM:
        raise KeyError(f"unknown baseline {name!r}; known are {', '.join(BASELINES)}")
    rng = random.Random(derive_seed("baseline", seed))
    while True:
        genotype = random_genotype(space, rng)
        try:
            if within_limit(build_phenotype(genotype), space.max_parameters):
                return genotype
        except Infeasible:
            continue
