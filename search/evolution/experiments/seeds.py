"""Genotypes that a search begins with (seeded start; Ericsson et al. 2024). Must import neither Django nor torch."""

from search.evolution.genotypes.foreign import import_genotype
from search.evolution.genotypes.genotype import Genotype, GenotypeError
from search.evolution.genotypes.slot_diff import as_pair, moved_to, same_shape
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.cost import network_cost, within_limit
from search.evolution.networks.host import PAPER_HOST
from search.evolution.networks.phenotype import build_phenotype


def seed_genotype(text: str, space: SearchSpace) -> Genotype:
    """As a genotype of the search's own space, cells of DARTS and NAS-Bench-201 too where it is flat; where that has
    pairs of cells, one cell is both. Raises GenotypeError for another shape, and for what is none."""
    genotype = import_genotype(text, space)
    if space.reduction_cell:
        genotype = as_pair(genotype)
    if not same_shape(genotype.space, space):
        raise GenotypeError("the genotype is of another space; its levels, motifs or nodes differ")
    return moved_to(space, genotype)


def seed_fault(text: str, space: SearchSpace) -> str:
    """Why a search may not begin with it; empty when it may."""
    try:
        phenotype = build_phenotype(seed_genotype(text, space))
    except (GenotypeError, Infeasible) as error:
        return str(error)
    if within_limit(phenotype, space.max_parameters):
        return ""
    parameters = network_cost(phenotype, PAPER_HOST).parameters
    return f"it has {parameters:,} parameters in the paper's host; the space allows {space.max_parameters:,} there"
