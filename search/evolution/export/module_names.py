"""Names of a cell's operations after the genotype's edges, so that graph viewers show motifs as groups.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Sequence

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Edge
from search.evolution.genotypes.primitives import IDENTITY
from search.evolution.genotypes.space import NORMAL
from search.evolution.networks.assembly import assembled_edges
from search.evolution.networks.phenotype import build_phenotype, operation_order


def names_by_cell(genotype: Genotype) -> tuple[tuple[str, ...], ...]:
    """`operation_names` for each of the `cells` of its phenotype. Raises Infeasible, TooAlike."""
    slots = genotype.space.cell_slots[: len(build_phenotype(genotype).cells)]
    return tuple(operation_names(genotype, slot) for slot in slots)


def operation_names(genotype: Genotype, slot: int = NORMAL) -> tuple[str, ...]:
    """The name of operation k of a cell's phenotype at place k-1: `edge1-4/motif3/edge1-2` is the operation on edge
    1 -> 2 of motif 3 where the cell's edge 1 -> 4 carries it, `edge1-4/motif3/projection` the 1x1 convolution after.

    Raises Infeasible, TooAlike.
    """
    rows = [data for _, _, data in assembled_edges(genotype, slot) if data["operation"] != IDENTITY]
    names = [_name(genotype, data["within"], data["place"], data["projection"]) for data in rows]
    return tuple(names[old - 1] for old in operation_order(genotype, slot))


def _name(genotype: Genotype, within: Sequence[Edge], place: Edge, is_projection: bool) -> str:
    parts = []
    for edge in (*within, place):
        level, _, successor, predecessor = edge
        parts.append(f"edge{predecessor}-{successor}")
        if level > 2:
            parts.append(f"motif{genotype.edge(*edge)}")
    return "/".join([*parts, "projection"] if is_projection else parts)
