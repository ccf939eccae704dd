"""Published cells from the literature as genotypes.

Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SPACES


@dataclass(frozen=True)
class PublishedCell:
    """A genotype with its source."""

    name: str
    title: str
    source: str
    genotype: Genotype


_LIU_MOTIFS = (
    ((4,), (1, 2), (3, 1, 4)),
    ((4,), (2, 2), (1, 3, 3)),
    ((3,), (2, 3), (3, 6, 5)),
    ((5,), (3, 3), (6, 4, 5)),
    ((6,), (3, 6), (3, 6, 3)),
    ((2,), (4, 4), (3, 6, 5)),
)
_LIU_CELL = ((5,), (3, 3), (3, 1, 3), (4, 5, 5, 5))

PUBLISHED: dict[str, PublishedCell] = {
    "liu2018": PublishedCell(
        "liu2018",
        "Best hierarchical cell of Liu et al. 2018",
        "Hierarchical Representations for Efficient Architecture Search, appendix A; the edge 1 → 2 of motif 5 "
        "is unclear in print and read as identity",
        Genotype(SPACES["hierarchical"], (_LIU_MOTIFS, (_LIU_CELL,))),
    ),
}
