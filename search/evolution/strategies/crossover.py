"""Genetic crossover with aligned motifs (Xie & Yuille 2017, "Genetic CNN"; methods B17).

Departs from the paper: asynchronous, so the generation is that of the last N networks proposed; what is exchanged is a
whole motif (the cell is one, too) where the paper exchanges the bits of a stage, after the motifs of the second parent
are aligned with those of the first; a child that equals its parents is drawn again, where the paper keeps the survivor.
Must import neither Django nor torch.
"""

import random
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from search.evolution.genotypes.alignment import aligned
from search.evolution.genotypes.genotype import Genotype, Motif
from search.evolution.strategies.base import MAX_DRAWS, Proposal, Strategy
from search.evolution.strategies.population import Member, PopulationView, rank
from search.evolution.strategies.report import Report, Table, per_cent
from search.evolution.strategies.settings import PER_CENT, StrategyConfig

MOST_ROWS = 50
"""Of a report."""


class CrossoverConfig(StrategyConfig):
    """The paper's probabilities."""

    kind: Literal["crossover"] = "crossover"
    generation: int = Field(
        default=20,
        ge=2,
        le=10_000,
        title="Generation",
        description="Networks proposed last that may become parents.",
    )
    initial_population: int = Field(
        default=20,
        ge=1,
        le=100_000,
        title="Initial networks",
        description="Random ones at the start: the first generation.",
    )
    crossover_probability: float = Field(
        default=0.2,
        ge=0,
        le=1,
        title="Crossover, %",
        description="How often a child has two parents.",
        json_schema_extra={**PER_CENT},
    )
    exchanged_share: float = Field(
        default=0.2,
        gt=0,
        le=1,
        title="Exchanged motifs, %",
        description="Chance of each motif to come from the second parent.",
        json_schema_extra={**PER_CENT},
    )
    mutation_probability: float = Field(
        default=0.8,
        gt=0,
        le=1,
        title="Mutation, %",
        description="How often a child of one parent is mutated; otherwise it is drawn again.",
        json_schema_extra={**PER_CENT},
    )
    mutated_share: float = Field(
        default=0.05,
        gt=0,
        le=1,
        title="Mutated edges, %",
        description="Chance of each edge of a mutated child to be drawn anew.",
        json_schema_extra={**PER_CENT},
    )


class GeneticCrossover(Strategy[CrossoverConfig]):
    """Parents are drawn by roulette over the accuracy above the generation's least."""

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        if step < self.config.initial_population or len(population) == 0:
            return self.initial(rng)
        generation = [member for _, member in population.youngest(self.config.generation)]
        for _ in range(MAX_DRAWS):
            first = spin(generation, rng)
            if rng.random() < self.config.crossover_probability:
                proposal = self._crossed(population, first, spin(generation, rng), rng)
            elif rng.random() < self.config.mutation_probability:
                child = mutated(population.genotype(first), self.config.mutated_share, rng)
                proposal = Proposal(child, "mutation", first)
            else:
                continue  # the survivor as it is: known already
            if proposal.genotype != population.genotype(first) and self.accept(proposal.genotype):
                return proposal
        return self.initial(rng, "no child of the last generation was new")

    def report(self, population: PopulationView) -> Report:
        generation = [member for _, member in population.youngest(self.config.generation)]
        least = min((member.fitness for member in generation), default=0.0)
        total = sum(member.fitness - least for member in generation)
        rows = tuple(
            (f"#{member.step}", per_cent(member.fitness), per_cent((member.fitness - least) / total))
            for member in sorted(generation, key=rank)[:MOST_ROWS]
            if total
        )
        table = Table("The generation on the roulette", ("Individual", "Fitness", "Chance to be drawn"), rows)
        return Report((("Generation", str(len(generation))), ("Least fitness", per_cent(least))), (table,))

    def _crossed(
        self, population: PopulationView, first: Member, second: Member, rng: random.Random
    ) -> Proposal:
        mine = population.genotype(first)
        theirs = aligned(population.genotype(second), mine)
        child = exchanged(mine, theirs, self.config.exchanged_share, rng)
        return Proposal(child, "crossover", first, why=f"crossover of #{first.step} and #{second.step}")


def spin(members: Sequence[Member], rng: random.Random) -> Member:
    """Roulette: each with a chance in proportion to its fitness less the least of all; alike where all are equal."""
    least = min(member.fitness for member in members)
    weights = [member.fitness - least for member in members]
    return rng.choices(members, weights if any(weights) else None)[0]


def exchanged(mine: Genotype, theirs: Genotype, share: float, rng: random.Random) -> Genotype:
    """Each motif from `theirs` with that chance, otherwise from `mine`."""
    levels = tuple(
        tuple(
            other if rng.random() < share else one for one, other in zip(motifs, mine_of_theirs, strict=True)
        )
        for motifs, mine_of_theirs in zip(mine.levels, theirs.levels, strict=True)
    )
    return Genotype(mine.space, levels)


def mutated(genotype: Genotype, share: float, rng: random.Random) -> Genotype:
    """Each edge drawn anew, from all operations and `none`, with that chance."""
    levels: list[tuple[Motif, ...]] = []
    for level, motifs in enumerate(genotype.levels, start=2):
        choices = len(genotype.space.operations(level)) + 1
        levels.append(
            tuple(
                tuple(
                    tuple(rng.randrange(choices) if rng.random() < share else op for op in row)
                    for row in motif
                )
                for motif in motifs
            )
        )
    return Genotype(genotype.space, tuple(levels))
