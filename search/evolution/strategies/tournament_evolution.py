"""Asynchronous tournament evolution (Liu et al. 2018, algorithm 1; methods A7). Imports no Django, no torch."""

import random

from search.evolution.selection import PopulationView, tournament
from search.evolution.strategies.base import Proposal, Strategy


class TournamentEvolution(Strategy):
    """First `initial_population` random genotypes, then one mutation of each tournament's winner.

    Nothing is ever removed from the population. Mutants that build no network, or one beyond the parameter
    limit, are drawn again from the same parent.
    """

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        # All initial evaluations may still be running, or all have failed: then there is no parent yet.
        if step < self.config.initial_population or len(population) == 0:
            return self.initial(rng)
        parent = tournament(population, rng, self.config.tournament_fraction)
        return self.mutant(parent, population.genotype(parent), rng)
