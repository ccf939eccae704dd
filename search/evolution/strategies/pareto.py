"""Multi-objective evolution (Elsken et al. 2018, LEMONADE; methods B8): a Pareto front, and density over what is free.

Parents are drawn from the front of fitness and costs, the lonelier among the costs the likelier; of several children
made without training, one is drawn the same way and trained. The front is kept from step to step, so that a proposal
costs no look at the whole population. Density is that of a kernel estimate over the logarithms
of the costs, taken anew at each step. A share of the children may be made by edits that keep what the parent computes,
the paper's network morphisms; with the evaluator `inherit` they begin where their parent ended, and one-edge mutations
(A5), which stand for its approximate morphisms, keep what weights they can. Departs from the paper: one child is
trained at a time, so that nothing waits for a generation; a removed edge is not distilled from its parent.
Must import neither Django nor torch.
"""

import math
import random
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeVar

from pydantic import Field

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.preserving_edits import preserving_edits
from search.evolution.statistics.objectives import OBJECTIVES, Losses, dominates, losses
from search.evolution.strategies.base import Kept, MutatingStrategy, Proposal
from search.evolution.strategies.population import Member, PopulationView
from search.evolution.strategies.report import Report, Table, per_cent
from search.evolution.strategies.settings import PER_CENT, RARE, MutatingConfig

Costs = Literal["parameters", "multiply_adds", "depth", "all"]
MOST_ROWS = 200
"""Of a report."""
EVERY = ("parameters", "multiply_adds", "depth")
Point = tuple[float, ...]
Row = TypeVar("Row")


class ParetoConfig(MutatingConfig):
    """Which costs count beside fitness."""

    kind: Literal["pareto"] = "pareto"
    costs: Costs = Field(
        default="parameters",
        title="Costs",
        description="What is to be small while fitness is to be high; all: parameters, multiply-adds and depth.",
    )
    children: int = Field(
        default=4,
        ge=1,
        le=100,
        title="Children to choose from",
        description="So many are made for each that is trained; the one where networks are rarest goes on.",
    )

    morphisms: float = Field(
        default=0.0,
        ge=0,
        le=1,
        title="Edits that keep the function, %",
        description="Share of the children made by an edit after which a network with inherited weights computes what "
        "its parent does; the others are mutations of any kind. For the evaluator inherit; the paper takes both alike.",
        json_schema_extra={**PER_CENT, **RARE},
    )

    @property
    def cost_names(self) -> tuple[str, ...]:
        return EVERY if self.costs == "all" else (self.costs,)


class Place(NamedTuple):
    """A member of the front."""

    losses: Losses
    """Fitness, negated, and costs."""
    completion: int
    """Its place in the order of completion."""


class ParetoEvolution(MutatingStrategy[ParetoConfig]):
    """One mutation of a member of the front."""

    seen = 0
    front: list[Place] = []  # noqa: RUF012 - replaced, never changed

    def observe(self, member: Member, genotype: Genotype) -> None:
        names = ("fitness", *self.config.cost_names)
        new = Place(losses(member.objectives, names), self.seen)
        self.seen += 1
        # An equal one is there already: a network that is found again is no second place on the front.
        if not any(old.losses == new.losses or dominates(old.losses, new.losses) for old in self.front):
            left = [old for old in self.front if not dominates(new.losses, old.losses)]
            self.front = sorted([*left, new])

    def save(self) -> Kept:
        return {"seen": self.seen, "front": [[*row.losses, row.completion] for row in self.front]}

    def restore(self, state: Kept) -> None:
        self.seen = state["seen"]
        self.front = [Place(tuple(row[:-1]), row[-1]) for row in state["front"]]

    def propose(self, population: PopulationView, rng: random.Random, step: int) -> Proposal:
        if step < self.config.initial_population or not self.front:
            return self.initial(rng)
        front, names = self.front, self.config.cost_names
        points = [place(dict(zip(names, row.losses[1:], strict=True))) for row in front]
        density = Density(points)
        along = [density(point) for point in points]
        children: list[Proposal] = []
        for _ in range(self.config.children):
            parent = population.fittest_of([lonely(front, along, rng).completion])
            children.append(self._child(parent, population.genotype(parent), rng))
        around = [density(place(self._costs_of(child))) for child in children]
        chosen = lonely(children, around, rng)
        why = f"of a front of {len(front)}, where networks are rare"
        return Proposal(chosen.genotype, chosen.origin, chosen.parent, chosen.mutation, why)

    def _child(self, parent: Member, genotype: Genotype, rng: random.Random) -> Proposal:
        if self.config.morphisms and rng.random() < self.config.morphisms:
            edits = preserving_edits(genotype)
            for edit in rng.sample(edits, len(edits)):
                child = edit.applied(genotype)
                if self.accept(child):
                    return Proposal(child, "mutation", parent, edit.mutation)
        return self.mutant(parent, genotype, rng)

    def report(self, population: PopulationView) -> Report:
        names = self.config.cost_names
        front = population.front(("fitness", *names)) if len(population) else []
        front = sorted(front, key=lambda member: tuple(getattr(member, name) for name in names))
        columns = ("Individual", "Fitness", *(OBJECTIVES[name].title.capitalize() for name in names))
        rows = tuple(
            (f"#{member.step}", per_cent(member.fitness), *(getattr(member, name) for name in names))
            for member in front[:MOST_ROWS]
        )
        return Report((("On the front", str(len(front))),), (Table("The front", columns, rows),))

    def _costs_of(self, child: Proposal) -> dict[str, float]:
        known = self.costs(child.genotype)
        return {name: known[name] for name in self.config.cost_names}


def place(costs: dict[str, float]) -> Point:
    """Where a network stands among costs: their logarithms, so that a factor is a distance."""
    return tuple(math.log1p(costs[name]) for name in sorted(costs))


class Density:
    """A Gaussian kernel estimate with Scott's bandwidth, each cost in units of its own spread."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points
        count, dimensions = len(points), len(points[0])
        self._widths = []
        for axis in range(dimensions):
            values = [point[axis] for point in points]
            mean = sum(values) / count
            spread = math.sqrt(sum((value - mean) ** 2 for value in values) / count)
            self._widths.append(max(spread, 1e-3) * count ** (-1 / (dimensions + 4)))

    def __call__(self, point: Point) -> float:
        total = 0.0
        for other in self._points:
            squares = (
                ((mine - theirs) / width) ** 2
                for mine, theirs, width in zip(point, other, self._widths, strict=True)
            )
            total += math.exp(-0.5 * sum(squares))
        return total / len(self._points)


def lonely(rows: Sequence[Row], densities: Sequence[float], rng: random.Random) -> Row:
    """One of the rows with a chance in inverse proportion to its density."""
    return rng.choices(rows, [1 / max(density, 1e-9) for density in densities])[0]
