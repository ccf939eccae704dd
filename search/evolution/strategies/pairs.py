"""Large-scale evolution (Real et al. 2017; methods B16): pairs, of which the worse leaves and the better is mutated.

Both happen in the one transaction of a step; apart, the population would drift under many workers. Departs from
the paper: a mutation is one edge (A5) instead of one of eleven kinds, and a search begins with random
networks instead of linear models. Who leaves stays on record. Must import neither Django nor torch.
"""

import random
from typing import Literal

from pydantic import Field

from search.evolution.genotypes.genotype import Genotype
from search.evolution.strategies.base import Kept, MutatingStrategy, Proposal
from search.evolution.strategies.population import Member, PopulationView, rank
from search.evolution.strategies.report import Report
from search.evolution.strategies.settings import MutatingConfig

LEAST = 2
"""Members that are never removed, so that there is always a pair."""


class PairsConfig(MutatingConfig):
    """As many live as there are initial networks."""

    kind: Literal["pairs"] = "pairs"
    initial_population: int = Field(
        default=1000,
        ge=2,
        le=20_000,
        title="Initial networks",
        description="Random ones at the start, and how many are alive.",
    )


class PairEvolution(MutatingStrategy[PairsConfig]):
    """Keeps the places, in the order of completion, of those who are alive."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.seen = 0
        self.alive: list[int] = []

    def observe(self, member: Member, genotype: Genotype) -> None:
        self.alive.append(self.seen)
        self.seen += 1

    def save(self) -> Kept:
        return {"seen": self.seen, "alive": self.alive}

    def restore(self, state: Kept) -> None:
        self.seen, self.alive = state["seen"], list(state["alive"])

    def report(self, population: PopulationView) -> Report:
        return Report((("Alive", str(len(self.alive))), ("Left", str(self.seen - len(self.alive)))))

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        if step < self.config.initial_population or len(self.alive) < LEAST:
            return self.initial(rng)
        drawn = rng.sample(self.alive, 2)
        members = {index: population.fittest_of([index]) for index in drawn}
        better, worse = sorted(drawn, key=lambda index: rank(members[index]))
        child = self.mutant(members[better], population.genotype(members[better]), rng)
        why = f"fitter than #{members[worse].step} in a pair"
        if len(self.alive) > LEAST:
            self.alive.remove(worse)
            why += ", which leaves"
        return Proposal(child.genotype, child.origin, child.parent, child.mutation, why)
