"""Random search: independent genotypes (Liu et al. 2018, section 3.2).

As in the paper each is the trivial genotype after many mutations; what builds no network is drawn again, where the
paper does not say. Must import neither Django nor torch.
"""

import random
from typing import Literal

from search.evolution.strategies.base import Proposal, Strategy
from search.evolution.strategies.population import PopulationView
from search.evolution.strategies.settings import StrategyConfig


class RandomConfig(StrategyConfig):
    """Random search has no settings of its own."""

    kind: Literal["random"] = "random"


class RandomSearch(Strategy[StrategyConfig]):
    """Every step is a new initial genotype; the population is not looked at."""

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        return self.initial(rng)
