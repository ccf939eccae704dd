"""Live examples of the help page, computed from the numbers in the address by the real algorithm."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.mutation import Mutation, apply_mutation, draw_mutation
from search.evolution.genotypes.primitives import PRIMITIVES
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import LevelShape, SearchSpace
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.evolution.strategies.population import tournament_size
from search.learning.surrogates.normal_form import normal_form
from search.learning.surrogates.wl_features import likeness, views
from visualize.drawings.names import edge_id

LESSON_SPACE = SearchSpace(levels=(LevelShape(motifs=1, nodes=4),))
LESSON_HOST = Host(channels=16)
FIRST_TRY = "3.02.164"
"""What the hand-made motif starts as: every kind of edge once."""

LAST_SEED = 999


@dataclass(frozen=True)
class EdgeField:
    """One edge of the hand-made motif as a form field."""

    name: str
    label: str
    operation: int


@dataclass(frozen=True)
class Assembly:
    """A motif put together by hand, and what it builds."""

    genotype: Genotype
    slots: tuple[EdgeField, ...]
    phenotype: Phenotype | None
    """None: the sink cannot be reached."""
    steps: tuple[str, ...]
    """The network as sentences, one an operation."""
    parameters: int | None
    dead: int


@dataclass(frozen=True)
class Edit:
    """One drawn mutation of the published cell's genotype."""

    seed: int
    parent: Genotype
    child: Genotype
    mutation: Mutation
    silent: bool
    """The child builds the same network."""
    changed: str
    """The drawing's id of the edge."""

    @property
    def likeness(self) -> tuple[tuple[str, float], ...]:
        """How alike parent and child are to the kernel of Bayesian optimisation, view by view; none of a child that
        builds no network."""
        if not analyse(self.child).feasible:
            return ()
        found = likeness(normal_form(self.parent), normal_form(self.child), iterations=2)
        return tuple(zip(views(self.parent.space), found, strict=True))

    @property
    def next_seed(self) -> int:
        return (self.seed + 1) % (LAST_SEED + 1)


@dataclass(frozen=True)
class Contestant:
    step: int
    fitness: float
    turn: int
    """The first drawn is 1; 0 is not drawn."""
    wins: bool

    @property
    def drawn(self) -> bool:
        return bool(self.turn)


@dataclass(frozen=True)
class Tournament:
    seed: int
    contestants: tuple[Contestant, ...]
    size: int

    @property
    def next_seed(self) -> int:
        return (self.seed + 1) % (LAST_SEED + 1)


def assembly(answers: Mapping[str, str]) -> Assembly:
    """The motif of the fields `e<from>-<to>`; what is missing or unknown stays as in the first try."""
    start = Genotype(LESSON_SPACE, ((tuple(tuple(int(op) for op in row) for row in FIRST_TRY.split(".")),),))
    genotype = start
    slots = []
    for successor, predecessor, operation in edges(start.cell):
        name = f"e{predecessor}-{successor}"
        answer = answers.get(name, "")
        chosen = int(answer) if answer in {str(op) for op in range(len(PRIMITIVES) + 1)} else operation
        genotype = genotype.with_edge(2, 1, successor, predecessor, chosen)
        slots.append(EdgeField(name, f"{_node(predecessor)}→{_node(successor)}", chosen))
    alive = analyse(genotype)
    phenotype = build_phenotype(genotype) if alive.feasible else None
    parameters = network_cost(phenotype, LESSON_HOST).parameters if phenotype else None
    steps = tuple(_sentences(phenotype)) if phenotype else ()
    return Assembly(genotype, tuple(slots), phenotype, steps, parameters, len(alive.dead_edges))


def _node(number: int) -> str:
    return {1: "in", LESSON_SPACE.levels[0].nodes: "out"}.get(number, str(number))


def _sentences(phenotype: Phenotype) -> list[str]:
    labels = {row.name: row.label for row in PRIMITIVES}

    def reads(values: tuple[int, ...]) -> str:
        return " + ".join("the input" if value == 0 else f"result {value}" for value in values)

    rows = [
        f"Result {index}: {labels[operation.name]} of {reads(operation.inputs)}"
        for index, operation in enumerate(phenotype.operations, start=1)
    ]
    return [*rows, f"Out: {reads(phenotype.output)}"]


def edit(seed: int) -> Edit:
    """The mutation that a seed draws, uniformly, as every evolution step does."""
    parent = PUBLISHED["liu2018"].genotype
    mutation = draw_mutation(parent, random.Random(seed))
    child = apply_mutation(parent, mutation)
    silent = analyse(child).feasible and build_phenotype(child) == build_phenotype(parent)
    changed = edge_id(mutation.level, mutation.motif, mutation.successor, mutation.predecessor)
    return Edit(seed, parent, child, mutation, silent, changed)


def tournament(seed: int, *, population: int = 24, fraction: float = 0.2) -> Tournament:
    """A tournament among made-up fitness values: those drawn, and the fittest of them."""
    values = random.Random(7)
    fitness = [
        round(min(0.97, 0.62 + 0.01 * step + values.uniform(-0.08, 0.08)), 3) for step in range(population)
    ]
    size = tournament_size(population, fraction)
    drawn = random.Random(seed).sample(range(population), size)
    winner = max(drawn, key=lambda step: (fitness[step], -step))
    rows = tuple(
        Contestant(step, fitness[step], drawn.index(step) + 1 if step in drawn else 0, step == winner)
        for step in range(population)
    )
    return Tournament(seed, rows, size)
