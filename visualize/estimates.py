"""How long a search will take: from what the same protocol took before, or else from the arithmetic of it."""

import random
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean

from search.evolution.config import ExperimentConfig
from search.evolution.decisions import Ladder
from search.evolution.estimate import ENOUGH, arithmetic_seconds, training_host
from search.evolution.host import Host
from search.evolution.mutation import random_genotype
from search.evolution.phenotype import Infeasible, Phenotype, build_phenotype
from search.evolution.space import SearchSpace
from search.evolution.workload import Work, work_of
from search.selectors.progress import Recorded
from visualize.formats import count, magnitude, rough_duration

SAMPLES = 6
LARGE_SPACE = 2000
"""Operations above which one random network stands for all: building six would take too long for a form."""
MOST_MUTATIONS = 1000


@dataclass(frozen=True)
class Estimate:
    """`individuals` networks of `seconds_each`, `at_once` in parallel."""

    individuals: int
    seconds_each: float
    at_once: int
    basis: str
    """What it rests on, for people."""

    @property
    def seconds(self) -> float:
        return self.individuals * self.seconds_each / self.at_once

    @property
    def sum(self) -> str:
        each = rough_seconds(self.seconds_each)
        by = f" / {self.at_once} at once" if self.at_once > 1 else ""
        return f"{count(self.individuals)} × {each}{by}"


DECIDED = "Early decisions leave about {share} % of the training."
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


def estimate(config: ExperimentConfig, recorded: Recorded, cores: int | None) -> Estimate:
    """`cores` of this machine bound what runs at once; None: workers are elsewhere, as many as asked for."""
    at_once = config.budget.in_flight if cores is None else max(1, min(config.budget.in_flight, cores))
    protocol, share = config.protocol, trained_share(config)
    less = f" {DECIDED.format(share=round(100 * share))}" if share < 1 else ""
    if recorded.count >= ENOUGH:
        basis = f"From {count(recorded.count)} evaluations under the same protocol.{less}"
        each = recorded.seconds * share
        return Estimate(config.budget.individuals, each, at_once, basis)
    mutations = min(config.strategy.initial_mutations, MOST_MUTATIONS)
    work = typical(config.space, training_host(protocol.shape_host, protocol), mutations)
    each = share * arithmetic_seconds(work, protocol)
    basis = (
        f"From arithmetic: random networks of this space need {magnitude(work.multiply_adds)} multiply-adds for an "
        "image; one CPU core was taken, a GPU is many times faster. It gets exact after the first few trainings."
        + less
    )
    return Estimate(config.budget.individuals, each, at_once, basis)


@lru_cache(maxsize=64)
def typical(space: SearchSpace, host: Host, mutations: int) -> Work:
    """The mean of a few random networks of a space in a host."""
    samples = 1 if space.expanded_edges > LARGE_SPACE else SAMPLES
    rng = random.Random(0)
    works = [work_of(_random_network(space, rng, mutations), host) for _ in range(samples)]
    return Work(
        fmean(work.multiply_adds for work in works),
        fmean(work.bytes for work in works),
        fmean(work.operations for work in works),
    )


def _random_network(space: SearchSpace, rng: random.Random, mutations: int) -> Phenotype:
    while True:
        try:
            return build_phenotype(random_genotype(space, rng, mutations=mutations))
        except Infeasible:
            continue


def rough_seconds(seconds: float) -> str:
    """One training: 4 s, 0.3 s, 2 min 10 s."""
    return (
        f"{seconds:.1g} s"
        if seconds < 1
        else rough_duration(seconds)
        if seconds >= 10
        else f"{seconds:.0f} s"
    )
