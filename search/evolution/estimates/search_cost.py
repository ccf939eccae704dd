"""Predicted device time of a search: from recorded trainings of its protocol, else from arithmetic.

Pure Python: must import neither Django nor torch.
"""

import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from statistics import fmean

from search.evolution.decisions import Ladder
from search.evolution.estimates.step_cost import StepCost, work_of
from search.evolution.estimates.training_cost import (
    Timing,
    arithmetic_seconds,
    recorded_seconds,
    training_host,
)
from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype

SAMPLES = 6
LARGE_SPACE = 2000
"""Operations above which one random network stands for all: building six would take too long for a form."""
MOST_MUTATIONS = 1000
MOST_DRAWS = 100
AGAIN = 1 / 3
"""Share of proposals that build a known network: measured in evolution (docs/methods.md A5)."""


def trained_share(config: ExperimentConfig) -> float:
    """Of all training, what is left after early decisions as far as the configuration tells: the halving's rungs and
    the repeats. What is hopeless, and what a proxy refuses, only the search will show."""
    decisions, repeats = config.decisions, config.protocol.repeats
    if decisions.halving:
        first = decisions.first_repeats or repeats
        whole = Ladder.read(decisions.halving, decisions.rungs, None).work(first) * first / repeats
    else:
        whole = (decisions.first_repeats or repeats) / repeats
    again = AGAIN / repeats if decisions.first_repeats else 0.0
    return min(1.0, whole + again)


def typical_seconds(
    space: SearchSpace, protocol: Protocol, *, mutations: int, timings: Sequence[Timing] = ()
) -> float:
    """One evaluation of a random network of a space, all repeats: as trainings of networks of that size took under the
    protocol (`timings`), or by arithmetic on one CPU core where too few are known."""
    mutations = min(mutations, MOST_MUTATIONS)
    return _seconds(lambda host: typical(space, host, mutations), protocol, timings)


def given_seconds(genotype: Genotype, protocol: Protocol, *, timings: Sequence[Timing] = ()) -> float:
    """One evaluation of that network, all repeats; as `typical_seconds` tells of a random one."""
    return _seconds(lambda host: _given(genotype, host), protocol, timings)


def _seconds(work: Callable[[Host], StepCost], protocol: Protocol, timings: Sequence[Timing]) -> float:
    told = recorded_seconds(round(work(protocol.shape_host).multiply_adds), timings)
    if told is not None:
        return told
    return arithmetic_seconds(work(training_host(protocol.shape_host, protocol)), protocol)


@lru_cache(maxsize=1024)
def _given(genotype: Genotype, host: Host) -> StepCost:
    return work_of(build_phenotype(genotype), host)


@lru_cache(maxsize=64)
def typical(space: SearchSpace, host: Host, mutations: int) -> StepCost:
    """The mean of a few random networks of a space in a host."""
    samples = 1 if space.expanded_edges > LARGE_SPACE else SAMPLES
    rng = random.Random(0)
    works = [work_of(_random_network(space, rng, mutations), host) for _ in range(samples)]
    return StepCost(
        fmean(work.multiply_adds for work in works),
        fmean(work.bytes for work in works),
        fmean(work.operations for work in works),
    )


def _random_network(space: SearchSpace, rng: random.Random, mutations: int) -> Phenotype:
    """Of a space in which next to nothing is feasible, the trivial genotype's."""
    for _ in range(MOST_DRAWS):
        try:
            return build_phenotype(random_genotype(space, rng, mutations=mutations))
        except Infeasible:
            continue
    return build_phenotype(trivial_genotype(space))
