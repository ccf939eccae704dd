"""Coevolution of modules and blueprints (Miikkulainen et al. 2017, "CoDeepNEAT"; methods, mapping onto motifs).

A blueprint is a cell whose edges name species; a module is a motif of one species. A network is a blueprint with one
module of each species put in, and its fitness is credited to all of them: what a module is worth is the mean of those
who carried it. Both populations evolve beside each other. Departs from the paper: species are the slots of the space,
and a new genotype's motifs join them by alignment with the first one (Hungarian method), where NEAT compares
distances with a threshold; one network at a time is put together, so that nothing waits for a generation. In a flat
space there are no modules, and cells evolve alone. Of a pair the normal cell is the blueprint, and the reduction cell a
species of its own. Must import neither Django nor torch.
"""

import random
from typing import Any, Literal

from pydantic import Field

from search.evolution.genotypes.alignment import aligned
from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.strategies.base import MAX_DRAWS, Kept, Proposal, Strategy
from search.evolution.strategies.parts import PART_COLUMNS, Part, Parts
from search.evolution.strategies.population import Member, PopulationView
from search.evolution.strategies.report import Report, Table
from search.evolution.strategies.settings import PER_CENT, StrategyConfig

MOST_NAMED = 4
"""Parts whose origin a proposal names."""


class CoevolutionConfig(StrategyConfig):
    """Sizes of both populations."""

    kind: Literal["coevolution"] = "coevolution"
    blueprints: int = Field(
        default=25,
        ge=2,
        le=500,
        title="Blueprints",
        description="Cells that are kept; the worst one goes when another comes.",
    )
    modules: int = Field(
        default=45,
        ge=2,
        le=2000,
        title="Modules",
        description="Motifs that are kept, over all species; of each species the worst one goes when another comes.",
    )
    part_mutation: float = Field(
        default=0.5,
        ge=0,
        le=1,
        title="New parts, %",
        description="How often one edge of the blueprint or of a module is changed; otherwise known parts meet anew.",
        json_schema_extra={**PER_CENT},
    )


class Coevolution(Strategy[CoevolutionConfig]):
    """Keeps the parts with what they have earned, and the first genotype, which the species come from."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.first = ""
        self.seen = 0
        self.blueprints = Parts([], self.config.blueprints)
        each = max(2, self.config.modules // max(1, len(self._species())))
        self.modules = {place: Parts([], each) for place in self._species()}

    def _species(self) -> list[tuple[int, int]]:
        """(level, slot) of every motif below the cell, and of the second cell of a pair."""
        below = [
            (level, slot)
            for level in range(2, self.space.top)
            for slot in range(1, self.space.level(level).motifs + 1)
        ]
        return [*below, *((self.space.top, slot) for slot in self.space.cell_slots[1:])]

    def observe(self, member: Member, genotype: Genotype) -> None:
        if not self.first:
            self.first = genotype.text
        same = aligned(genotype, parse_genotype(self.first))
        self.blueprints.credit(same.cell, member.fitness, self.seen, member.step)
        uses = analyse(same).uses
        for (level, slot), parts in self.modules.items():
            if uses[level, slot]:
                parts.credit(same.motif(level, slot), member.fitness, self.seen, member.step)
        self.seen += 1

    def save(self) -> Kept:
        modules = {f"{level}.{slot}": parts.to_json() for (level, slot), parts in self.modules.items()}
        return {
            "first": self.first,
            "seen": self.seen,
            "blueprints": self.blueprints.to_json(),
            "modules": modules,
        }

    def restore(self, state: Kept) -> None:
        self.first, self.seen = state["first"], state["seen"]
        self.blueprints = Parts.read(state["blueprints"], self.blueprints.most)
        for (level, slot), parts in self.modules.items():
            self.modules[level, slot] = Parts.read(state["modules"][f"{level}.{slot}"], parts.most)

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        if step < self.config.initial_population or not self.blueprints.rows:
            return self.initial(rng)
        spare = parse_genotype(self.first)
        for _ in range(MAX_DRAWS):
            blueprint = self.blueprints.choose(rng)
            chosen = {place: parts.choose(rng) for place, parts in self.modules.items() if parts.rows}
            genotype = self._assembled(spare, blueprint, chosen, rng)
            if self.accept(genotype):
                parent = population.fittest_of([blueprint.index])
                return Proposal(genotype, "assembly", parent, why=_why(blueprint, chosen, genotype))
        return self.initial(rng, "the known parts make no acceptable network")

    def report(self, population: PopulationView) -> Report:
        cells = self.blueprints.table(self.space.operations(self.space.top))
        tables = [Table("Blueprints", PART_COLUMNS, cells)]
        for (level, slot), parts in self.modules.items():
            rows = parts.table(self.space.operations(level))
            tables.append(Table(f"Modules {self.space.motif_name(level, slot)}", PART_COLUMNS, rows))
        kept = sum(len(parts.rows) for parts in self.modules.values())
        facts = (("Blueprints", str(len(self.blueprints.rows))), ("Modules", str(kept)))
        return Report((*facts, ("Species", str(len(self.modules)))), tuple(tables))

    def _assembled(
        self,
        spare: Genotype,
        blueprint: Part,
        chosen: dict[tuple[int, int], Part],
        rng: random.Random,
    ) -> Genotype:
        """The parts put together; with the given chance one edge of the cell or of a motif in use is drawn anew."""
        levels = [
            tuple(
                chosen[level, slot].motif if (level, slot) in chosen else motif
                for slot, motif in enumerate(motifs, start=1)
            )
            for level, motifs in enumerate(spare.levels, start=2)
        ]
        genotype = Genotype(self.space, (*levels[:-1], (blueprint.motif, *levels[-1][1:])))
        if rng.random() >= self.config.part_mutation:
            return genotype
        used = sorted(place for place, uses in analyse(genotype).uses.items() if uses)
        level, slot = rng.choice(used) if rng.random() < 0.5 else (self.space.top, 1)
        return _one_edge_anew(genotype, level, slot, rng)


def _one_edge_anew(genotype: Genotype, level: int, slot: int, rng: random.Random) -> Genotype:
    successor = rng.randrange(2, genotype.space.level(level).nodes + 1)
    predecessor = rng.randrange(1, successor)
    old = genotype.edge(level, slot, successor, predecessor)
    new = rng.randrange(len(genotype.space.operations(level)))
    return genotype.with_edge(level, slot, successor, predecessor, new if new < old else new + 1)


def _why(blueprint: Part, chosen: dict[tuple[int, int], Part], genotype: Genotype) -> str:
    uses = analyse(genotype).uses
    steps = sorted({part.step for place, part in chosen.items() if uses.get(place)})
    named = ", ".join(f"#{step}" for step in steps[:MOST_NAMED]) + (" …" if len(steps) > MOST_NAMED else "")
    motifs = f" with motifs of {named}" if steps else ""
    return f"the cell of #{blueprint.step}{motifs}"
