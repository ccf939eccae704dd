"""Feasibility check of candidates: limits on size and parameters. Must import neither Django nor torch."""

from search.evolution.experiments.config import ExperimentConfig
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import live_paths, unreached_cells
from search.evolution.networks.cost import within_limit
from search.evolution.networks.phenotype import build_phenotype


def is_acceptable(genotype: Genotype, config: ExperimentConfig) -> bool:
    """Whether it builds a network, and one within the space's parameter limit."""
    if unreached_cells(genotype.space, live_paths(genotype)):
        return False
    limit = config.search_space.max_parameters
    return limit is None or within_limit(build_phenotype(genotype), limit)
