"""Strategy that takes its proposals from drafts of a learned model. Must import neither Django nor torch.

What such a strategy proposes is made on a worker, ahead, and waits as drafts that the step only takes; this class
proposes where the model has nothing to say yet.
"""

import random

from search.evolution.strategies.base import Proposal, Strategy
from search.evolution.strategies.population import PopulationView
from search.evolution.strategies.settings import LearnedConfig

NO_DRAFT = "no draft was there: drawn at random"


class Drafted(Strategy[LearnedConfig]):
    """Random initial genotypes; drafts go before them from the first one on."""

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        return self.initial(rng, "" if step < self.config.initial_population else NO_DRAFT)
