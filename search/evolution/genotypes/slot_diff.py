"""Edge-by-edge difference between a genotype and its edited copy, slot by slot.

`diff` compares any two genotypes and pairs their motifs by content; here both are of one shape and a slot is the
same slot in both. Pure Python: must import neither Django nor torch.
"""

from search.evolution.genotypes.genotype import Genotype, edges
from search.evolution.genotypes.mutation import Mutation
from search.evolution.genotypes.space import LevelShape, SearchSpace


def same_shape(one: SearchSpace, other: SearchSpace) -> bool:
    """Whether genotypes of one space are genotypes of the other, whatever its name and its limit."""
    return one.levels == other.levels and one.primitives == other.primitives


def moved_to(space: SearchSpace, genotype: Genotype) -> Genotype:
    """The same motifs as a genotype of another space of the same shape. Raises GenotypeError for another shape."""
    return Genotype(space, genotype.levels)


def as_pair(genotype: Genotype) -> Genotype:
    """The same network in the space with a reduction cell: the cell in both places. One that is a pair is as it was."""
    if genotype.space.reduction_cell:
        return genotype
    *lower, top = genotype.space.levels
    levels = (*lower, LevelShape(motifs=2, nodes=top.nodes))
    space = SearchSpace(levels=levels, primitives=genotype.space.primitives, reduction_cell=True)
    return Genotype(space, (*genotype.levels[:-1], genotype.levels[-1] * 2))


def edits(before: Genotype, after: Genotype) -> tuple[Mutation, ...] | None:
    """The edges that differ, level by level and slot by slot; None when the two have different shapes."""
    if not same_shape(before.space, after.space):
        return None
    return tuple(
        Mutation(index + 2, slot, successor, predecessor, old, new)
        for index, (ours, theirs) in enumerate(zip(before.levels, after.levels, strict=True))
        for slot, (motif, changed) in enumerate(zip(ours, theirs, strict=True), start=1)
        if motif != changed
        for (successor, predecessor, old), (_, _, new) in zip(edges(motif), edges(changed), strict=True)
        if old != new
    )
