"""Columns of the side-by-side page: each genotype against the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from search.evolution.genotypes.diff import GenotypeDiff, diff_genotypes
from search.evolution.genotypes.genotype import Genotype
from visualize.pages.diff.fitness_verdict import Verdict, fitness_verdict
from visualize.pages.diff.sides import Side

MOST = 6
"""Columns: more are neither seen at once nor remembered."""


@dataclass(frozen=True)
class Column:
    """One genotype of the page."""

    side: Side
    name: str
    number: int
    without: str
    """The address's list once this column is taken away."""
    first: str
    """The address's list with this one in front, so that the others are compared with it."""
    verdict: Verdict | None
    """Of its fitness against the first column's; None for the first."""
    distance: int | None
    """Edges that differ from the first column's."""


def columns_of(sides: Sequence[Side]) -> list[Column]:
    texts = [side.text for side in sides]
    experiments = {side.individual.experiment_id for side in sides if side.individual}
    base = sides[0]
    columns = []
    for number, side in enumerate(sides):
        others = [text for text in texts if text != side.text]
        of = f" · {side.individual.experiment.name}" if side.individual and len(experiments) > 1 else ""
        columns.append(
            Column(
                side=side,
                name=f"{side.name}{of}",
                number=number + 1,
                without=",".join(others),
                first=",".join([side.text, *others]),
                verdict=_verdict(base, side) if number else None,
                distance=difference_of(base.genotype, side.genotype).distance if number else None,
            )
        )
    return columns


def _verdict(base: Side, side: Side) -> Verdict:
    same = base.phenotype is not None and base.phenotype == side.phenotype
    return fitness_verdict(base.individual, side.individual, same_network=same)


@lru_cache(maxsize=4 * MOST)
def difference_of(base: Genotype, other: Genotype) -> GenotypeDiff:
    """Head and rows of a column ask for it."""
    return diff_genotypes(base, other)
