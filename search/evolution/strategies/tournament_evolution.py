"""Asynchronous tournament evolution (Liu et al. 2018, algorithm 1; methods A7).

Departs from the paper where its settings say so or it is silent: a mutation that would change nothing is drawn again,
for a third of all draws are silent already; equal networks share their fitness; children that build no network are
drawn again from the same parent; ties go to fewer parameters, then to the earlier step. The tournament in which place i
wins with p (1-p)^(i-1), and several parents of one tournament, are an article's on it. Imports no Django, no torch.
"""

import random
from typing import Any, Literal

from pydantic import Field

from search.evolution.strategies.base import Kept, MutatingStrategy, Proposal
from search.evolution.strategies.population import Member, PopulationView, several_winners, tournament
from search.evolution.strategies.pressure import pressure
from search.evolution.strategies.report import Report
from search.evolution.strategies.settings import PER_CENT, RARE, MutatingConfig


class TournamentConfig(MutatingConfig):
    """Of strategies that choose parents by tournament."""

    tournament_fraction: float = Field(
        default=0.05,
        gt=0,
        le=1,
        title="Tournament, %",
        description="Share of the population that competes to be a parent (aging: of those alive); the fittest wins.",
        json_schema_extra={**PER_CENT},
    )


class EvolutionConfig(TournamentConfig):
    """Tournaments that nobody leaves."""

    kind: Literal["evolution"] = "evolution"
    tournament_probability: float = Field(
        default=1.0,
        gt=0,
        le=1,
        title="The fittest wins, %",
        description="The fittest of a tournament wins with this chance p, the second with p (1-p), the third with "
        "p (1-p)², and so on; 100: always the fittest, as in the paper.",
        json_schema_extra={**PER_CENT, **RARE},
    )
    parents: int = Field(
        default=1,
        ge=1,
        le=100,
        title="Parents a tournament",
        description="So many are chosen, one place after the other, and have one child each in the steps that follow.",
        json_schema_extra=RARE,
    )


class TournamentEvolution(MutatingStrategy[EvolutionConfig]):
    """First `initial_population` random genotypes, then one mutation of each tournament's winner.

    Nothing is ever removed from the population. Mutants that build no network, or one beyond the parameter
    limit, are drawn again from the same parent.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.chosen: list[int] = []
        """Places in the order of completion of the parents whose turn comes."""

    def save(self) -> Kept | None:
        return {"chosen": self.chosen} if self.config.parents > 1 else None

    def restore(self, state: Kept) -> None:
        self.chosen = list(state["chosen"])

    def _next_parent(self, population: PopulationView, rng: random.Random) -> Member:
        told = self.config
        if told.parents == 1:
            return tournament(population, rng, told.tournament_fraction, told.tournament_probability)
        if not self.chosen:
            self.chosen = several_winners(
                population, rng, told.tournament_fraction, told.tournament_probability, told.parents
            )
        return population.fittest_of([self.chosen.pop(0)])

    def report(self, population: PopulationView) -> Report:
        told = self.config
        return pressure(len(population), told.tournament_fraction, told.tournament_probability)

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        # All initial evaluations may still be running, or all have failed: then there is no parent yet.
        if step < self.config.initial_population or len(population) == 0:
            return self.initial(rng)
        parent = self._next_parent(population, rng)
        return self.mutant(parent, population.genotype(parent), rng)
