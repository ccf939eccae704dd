"""Progressive search: its settings and its simple beginning (Liu C. et al. 2017, "PNAS"; methods B3). The predictor is
`search.learning.surrogates.progressive`. Must import neither Django nor torch."""

import random
from dataclasses import replace
from typing import Literal

from pydantic import Field

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.primitives import NONE
from search.evolution.strategies.base import Accept, Proposal
from search.evolution.strategies.drafted import Drafted
from search.evolution.strategies.settings import RARE, SurrogateConfig


class ProgressiveConfig(SurrogateConfig):
    """From simple networks to complex ones, by an ensemble of predictors."""

    kind: Literal["progressive"] = "progressive"
    initial_population: int = Field(
        default=136,
        ge=1,
        le=100_000,
        title="Initial networks",
        description="Random simple ones at the start: the first stage.",
    )
    beam: int = Field(
        default=256,
        ge=1,
        le=10_000,
        title="Networks a stage",
        description="Trained in each stage after the first; as many of the fittest are grown in the next. Choose it so "
        "that all stages fit into the search.",
    )
    stages: int = Field(
        default=5,
        ge=2,
        le=100,
        title="Stages",
        description="From the first, of the simplest networks, to the last, which has no bound.",
    )
    first_edges: int = Field(
        default=15,
        ge=1,
        le=1000,
        title="Edges at first",
        description="Live edges of the networks of the first stage, at most.",
    )
    members: int = Field(
        default=5,
        ge=1,
        le=20,
        title="Ensemble",
        description="Predictors, each of which learns from four fifths of the networks.",
        json_schema_extra=RARE,
    )
    epochs: int = Field(
        default=50,
        ge=1,
        le=2000,
        title="Epochs of a predictor",
        description="Passes over the networks that it learns from.",
        json_schema_extra=RARE,
    )


class SimpleFirst(Drafted):
    """Random initial networks, thinned until they are as simple as the first stage."""

    def initial(self, rng: random.Random, why: str = "") -> Proposal:
        proposal = super().initial(rng, why)
        most = getattr(self.config, "first_edges", 1)
        return replace(proposal, genotype=thinned(proposal.genotype, most, rng, self.accept))


def live_edges(genotype: Genotype) -> int:
    """Edges of its motifs that affect the network: how complex it is."""
    return len(analyse(genotype).live_edges)


def thinned(genotype: Genotype, most: int, rng: random.Random, accept: Accept) -> Genotype:
    """Without some of its live edges, drawn at random, so that at most so many are left; more where a network needs
    them."""
    live = sorted(analyse(genotype).live_edges)
    while len(live) > most:
        for edge in rng.sample(live, len(live)):
            lighter = genotype.with_edge(*edge, NONE)
            if accept(lighter):
                break
        else:
            break
        genotype, live = lighter, sorted(analyse(lighter).live_edges)
    return genotype
