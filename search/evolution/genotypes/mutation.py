"""Mutation of one edge, and random initialisation (Liu et al. 2018, sections 3.1 and 3.2; methods A5, A6).

Randomness is an argument. Pure Python: must import neither Django nor torch.
"""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from search.evolution.genotypes.genotype import Genotype, GenotypeError, trivial_genotype
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import NORMAL, SearchSpace

MutationKind = Literal["add", "alter", "remove", "same"]


@dataclass(frozen=True)
class Mutation:
    """The one edge that was changed, and how. Nodes and slots count from 1; ids as in the genotype."""

    level: int
    motif: int
    successor: int
    predecessor: int
    old: int
    new: int

    @property
    def kind(self) -> MutationKind:
        """The paper's three cases, and the draw that changes nothing."""
        if self.old == self.new:
            return "same"
        if self.old == NONE:
            return "add"
        return "remove" if self.new == NONE else "alter"

    def describe(self, space: SearchSpace) -> str:
        """For people, e.g. `M2: 1→3 max3x3 → sep3x3`; the cell is called by its level, `L3`, the reduction
        cell `L3-M2`."""
        is_cell = self.level == space.top and self.motif == NORMAL
        place = f"L{self.level}" if is_cell else f"M{self.motif}"
        if not is_cell and (self.level != 2 or space.top == 2):
            place = f"L{self.level}-M{self.motif}"
        old, new = (space.operation_name(self.level, operation) for operation in (self.old, self.new))
        return f"{place}: {self.predecessor}→{self.successor} {old} → {new}"

    def to_json(self) -> dict[str, Any]:
        """{level, motif, successor, predecessor, old, new}."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Mutation":
        """Read the object that `to_json` writes."""
        return cls(**document)


def draw_mutation(genotype: Genotype, rng: random.Random, *, allow_same: bool = False) -> Mutation:
    """Draw one mutation, uniformly at each step of section 3.1.

    Level, motif, successor node i, predecessor node j < i, new operation k' - in this order. By default
    k' differs from the present k; with `allow_same` it is drawn from all, as in the paper.
    """
    space = genotype.space
    level = rng.randrange(2, space.top + 1)
    motif = rng.randrange(1, space.level(level).motifs + 1)
    successor = rng.randrange(2, space.level(level).nodes + 1)
    predecessor = rng.randrange(1, successor)
    old = genotype.edge(level, motif, successor, predecessor)
    return Mutation(
        level, motif, successor, predecessor, old, _draw_operation(space, level, old, rng, allow_same)
    )


def _draw_operation(space: SearchSpace, level: int, old: int, rng: random.Random, allow_same: bool) -> int:
    count = len(space.operations(level))
    if allow_same:
        return rng.randrange(count + 1)
    new = rng.randrange(count)  # one of the others, {none} + operations without the old one
    return new if new < old else new + 1


def apply_mutation(genotype: Genotype, mutation: Mutation) -> Genotype:
    """The mutated copy.

    Raises GenotypeError when the edge does not carry the mutation's old operation.
    """
    present = genotype.edge(mutation.level, mutation.motif, mutation.successor, mutation.predecessor)
    if present != mutation.old:
        raise GenotypeError(
            f"the edge carries operation {present}, not {mutation.old}: not this genotype's mutation"
        )
    return genotype.with_edge(
        mutation.level, mutation.motif, mutation.successor, mutation.predecessor, mutation.new
    )


def random_genotype(space: SearchSpace, rng: random.Random, *, mutations: int = 1000) -> Genotype:
    """The trivial genotype after that many random mutations, drawn as the paper draws them (methods A6).

    Works on mutable rows and looks sizes up once: nearly all the time goes into drawing. May be infeasible.
    """
    start = trivial_genotype(space)
    levels = [[[list(row) for row in motif] for motif in motifs] for motifs in start.levels]
    sizes = [
        (shape.motifs, shape.nodes - 1, len(space.operations(level)) + 1)
        for level, shape in enumerate(space.levels, start=2)
    ]
    draw = _below(rng)
    for _ in range(mutations):
        index = draw(len(sizes))
        motifs, sources, operations = sizes[index]
        motif = draw(motifs)
        successor = draw(sources)
        predecessor = draw(successor + 1)
        levels[index][motif][successor][predecessor] = draw(operations)
    return Genotype(space, tuple(tuple(tuple(map(tuple, motif)) for motif in motifs) for motifs in levels))


def _below(rng: random.Random) -> Callable[[int], int]:
    """What `rng.randrange(count)` draws, from the same bits, without its look at the arguments, which takes longer."""
    bits = rng.getrandbits

    def below(count: int) -> int:
        width = count.bit_length()
        drawn = bits(width)
        while drawn >= count:
            drawn = bits(width)
        return drawn

    return below
