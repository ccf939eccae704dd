"""Random search: independent genotypes (Liu et al. 2018, section 3.2). Must import neither Django nor torch."""

import random

from search.evolution.selection import PopulationView
from search.evolution.strategies.base import Proposal, Strategy


class RandomSearch(Strategy):
    """Every step is a new initial genotype; the population is not looked at."""

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        return self.initial(rng)
