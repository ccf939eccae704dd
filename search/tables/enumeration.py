"""Every network of a small search space, and how many genotypes build each.

Motifs that compute the same make the same networks, so one of each class is combined and the sizes of the classes are
multiplied: 2,475 networks from 110,592 genotypes take seconds. `every_genotype` is the plain way, which tests compare.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from search.evolution.genotypes.genotype import Genotype, Motif
from search.evolution.genotypes.primitives import NONE
from search.evolution.genotypes.space import LevelShape, SearchSpace
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype

MOST_GENOTYPES = 10_000_000


@dataclass(frozen=True)
class EnumeratedNetwork:
    """One distinct network of a space."""

    phenotype: Phenotype
    genotype: Genotype
    """One that builds it: with the fewest edges, then first by its text."""
    genotypes: int
    """How many genotypes of the space build it."""


@dataclass(frozen=True)
class _MotifClass:
    """Motifs of one level that build the same; `motif` stands for all of them."""

    motif: Motif
    size: int


def every_motif(shape: LevelShape, operations: int) -> Iterator[Motif]:
    """All motifs of that shape, with operations 1..n on their edges or none."""
    rows = [tuple(product(range(operations + 1), repeat=length)) for length in range(1, shape.nodes)]
    yield from product(*rows)


def genotype_count(space: SearchSpace) -> int:
    """All genotypes, those without a network too."""
    return prod(
        (len(space.operations(index + 2)) + 1) ** (shape.motifs * shape.edges)
        for index, shape in enumerate(space.levels)
    )


def every_genotype(space: SearchSpace) -> Iterator[Genotype]:
    """All genotypes one after the other."""
    levels = []
    for index, shape in enumerate(space.levels):
        motifs = tuple(every_motif(shape, len(space.operations(index + 2))))
        levels.append(tuple(product(motifs, repeat=shape.motifs)))
    for chosen in product(*levels):
        yield Genotype(space, chosen)


ONE_CELL = (
    "the space has a normal and a reduction cell; networks of one cell are counted: use reduction_cell false"
)


def every_network(space: SearchSpace) -> dict[str, EnumeratedNetwork]:
    """The distinct networks by phenotype key, in the order of their keys.

    Raises ValueError for a space of other than two levels, of more than MOST_GENOTYPES genotypes, or of pairs of cells.
    """
    if len(space.levels) != 2:
        raise ValueError(
            f"the space has {len(space.levels) + 1} levels; those of primitives, motifs and the cell are counted"
        )
    if space.reduction_cell:
        raise ValueError(ONE_CELL)
    if genotype_count(space) > MOST_GENOTYPES:
        raise ValueError(
            f"the space has {genotype_count(space):,} genotypes; at most {MOST_GENOTYPES:,} are gone through"
        )
    found: dict[str, EnumeratedNetwork] = {}
    classes = _motif_classes(space)
    cells = tuple(every_motif(space.levels[1], len(space.operations(3))))
    for motifs in product(classes, repeat=space.levels[0].motifs):
        size = prod(row.size for row in motifs)
        for cell in cells:
            genotype = Genotype(space, (tuple(row.motif for row in motifs), (cell,)))
            try:
                phenotype = build_phenotype(genotype)
            except Infeasible:
                continue
            before = found.get(phenotype.key)
            if before is None:
                found[phenotype.key] = EnumeratedNetwork(phenotype, genotype, size)
                continue
            simplest = min(before.genotype, genotype, key=_simplicity)
            found[phenotype.key] = EnumeratedNetwork(phenotype, simplest, before.genotypes + size)
    return dict(sorted(found.items()))


def _motif_classes(space: SearchSpace) -> list[_MotifClass]:
    """The motifs of level 2, those that compute the same taken together; all that compute nothing are one class."""
    shape = space.levels[0]
    alone = SearchSpace(levels=(LevelShape(motifs=1, nodes=shape.nodes),), primitives=space.primitives)
    classes: dict[str, list[Motif]] = {}
    for motif in every_motif(shape, len(space.primitives)):
        try:
            key = build_phenotype(Genotype(alone, ((motif,),))).key
        except Infeasible:
            key = ""
        classes.setdefault(key, []).append(motif)
    return [_MotifClass(min(motifs, key=_edges_then_ids), len(motifs)) for motifs in classes.values()]


def _edges_then_ids(motif: Motif) -> tuple[int, Motif]:
    return sum(operation != NONE for row in motif for operation in row), motif


def _simplicity(genotype: Genotype) -> tuple[int, str]:
    edges = sum(_edges_then_ids(motif)[0] for motifs in genotype.levels for motif in motifs)
    return edges, genotype.text
