"""What tables are built: the space, the protocol, the seeds, and the order in which networks are trained.

A table is of use when it is whole, so smaller spaces inside the space come first, with all their seeds: whenever the
building is interrupted, what was finished is a whole table of its own.

Pure Python: must import neither Django nor torch.
"""

import random
from dataclasses import dataclass
from functools import cache

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.presets import TABLE_PROTOCOL
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import LevelShape, SearchSpace, search_space
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.tables.enumeration import every_network


@dataclass(frozen=True)
class Part:
    """A space that is whole by itself; the last part of a plan is its whole space."""

    name: str
    space: SearchSpace
    sample: int = 0
    """So many networks of random genotypes, drawn as the paper draws its first ones; 0: every network."""

    def networks(self, seed: int = 0) -> dict[str, Genotype]:
        """A genotype of each network by phenotype key."""
        if self.sample:
            return dict(_sampled(self.space, self.sample, seed))
        return {key: row.genotype for key, row in every_network(self.space).items()}


@dataclass(frozen=True)
class TablePlan:
    """One table to build."""

    name: str
    parts: tuple[Part, ...]
    protocol: Protocol
    """Its repeats are the seeds of each network."""

    @property
    def space(self) -> SearchSpace:
        """The space of all its genotypes."""
        return self.parts[-1].space


@dataclass(frozen=True)
class Training:
    """One line of a plan: a network, and which of its repeats."""

    part: str
    key: str
    genotype: Genotype
    repeat: int


@cache
def trainings(plan: TablePlan) -> tuple[Training, ...]:
    """All trainings in their order: part by part, each seed for all networks of a part before the next seed.

    A part's networks that an earlier part has are not named again.
    """
    before: set[str] = set()
    found: list[Training] = []
    whole = plan.parts[-1].networks()
    for part in plan.parts:
        inside = whole if part == plan.parts[-1] else part.networks()
        keys = [key for key in inside if key not in before]
        for repeat in range(plan.protocol.repeats):
            found += [Training(part.name, key, whole[key], repeat) for key in keys]
        before.update(keys)
    return tuple(found)


@cache
def _sampled(space: SearchSpace, count: int, seed: int) -> dict[str, Genotype]:
    found: dict[str, Genotype] = {}
    number = 0
    while len(found) < count:
        rng = random.Random(derive_seed("table sample", space.name, seed, number))
        number += 1
        genotype = random_genotype(space, rng)
        try:
            found.setdefault(build_phenotype(genotype).key, genotype)
        except Infeasible:
            continue
    return found


def _motifs_of_three_nodes(*primitives: str) -> SearchSpace:
    levels = (LevelShape(motifs=2, nodes=3), LevelShape(motifs=1, nodes=3))
    return SearchSpace(levels=levels, primitives=primitives)


PLAN_PROTOCOL = Protocol.model_validate({**TABLE_PROTOCOL, "repeats": 3})

PLANS: dict[str, TablePlan] = {
    row.name: row
    for row in (
        TablePlan(
            "small",
            (
                Part("sep+identity", _motifs_of_three_nodes("sep3x3", "identity")),
                Part("sep+max", _motifs_of_three_nodes("sep3x3", "max3x3")),
                Part("sep+max+identity", _motifs_of_three_nodes("sep3x3", "max3x3", "identity")),
            ),
            PLAN_PROTOCOL,
        ),
        TablePlan(
            "paper-sample",
            (Part("hierarchical", search_space("hierarchical"), sample=1_500),),
            PLAN_PROTOCOL.model_copy(update={"repeats": 2}),
        ),
    )
}
