"""Aging evolution (Real et al. 2018, algorithm 1; methods B4). Must import neither Django nor torch."""

import random

from search.evolution.selection import PopulationView, tournament_size
from search.evolution.strategies.base import Proposal, Strategy


class AgingEvolution(Strategy):
    """Tournament evolution in which only the youngest take part: who is `initial_population` completions old dies.

    The paper's P is `initial_population`, its S is `tournament_fraction` of P (100 and 25 % there). The dead stay
    on record, so the best ever seen is still what the search returns.
    """

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        if step < self.config.initial_population or len(population) == 0:
            return self.initial(rng)
        alive = range(max(0, len(population) - self.config.initial_population), len(population))
        drawn = rng.sample(alive, tournament_size(len(alive), self.config.tournament_fraction))
        parent = population.fittest_of(drawn)
        return self.mutant(parent, population.genotype(parent), rng)
