"""Aging evolution (Real et al. 2018, algorithm 1; methods B4). Must import neither Django nor torch."""

import random
from typing import Literal

from search.evolution.strategies.base import MutatingStrategy, Proposal
from search.evolution.strategies.population import PopulationView, rank, tournament_size
from search.evolution.strategies.pressure import pressure
from search.evolution.strategies.report import Report
from search.evolution.strategies.tournament_evolution import TournamentConfig


class AgingConfig(TournamentConfig):
    """As many are alive as there are initial networks."""

    kind: Literal["aging"] = "aging"


class AgingEvolution(MutatingStrategy[AgingConfig]):
    """Tournament evolution in which only the youngest take part: of those evaluated, the `initial_population` that were
    proposed last.

    Age is the order of proposal, not that of finishing: otherwise networks that train slowly would live longer. The
    paper's P is `initial_population`, its S is `tournament_fraction` of P (100 and 25 % there), drawn without
    replacement where the reference code draws with. The dead stay on record, so the best ever seen is still what the
    search returns.
    """

    def report(self, population: PopulationView) -> Report:
        alive = population.youngest(self.config.initial_population)
        report = pressure(len(alive), self.config.tournament_fraction)
        oldest = f"#{alive[0][1].step}" if alive else "none"
        return Report((("Alive", str(len(alive))), ("Oldest alive", oldest), *report.facts), report.tables)

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        if step < self.config.initial_population or len(population) == 0:
            return self.initial(rng)
        alive = [member for _, member in population.youngest(self.config.initial_population)]
        drawn = rng.sample(range(len(alive)), tournament_size(len(alive), self.config.tournament_fraction))
        parent = min((alive[index] for index in drawn), key=rank)
        return self.mutant(parent, population.genotype(parent), rng)
