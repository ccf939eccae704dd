"""Which candidates may be proposed. Pure Python: must import neither Django nor torch."""

from search.evolution.config import ExperimentConfig
from search.evolution.cost import network_cost
from search.evolution.genotype import Genotype
from search.evolution.liveness import live_paths
from search.evolution.phenotype import build_phenotype


def is_acceptable(genotype: Genotype, config: ExperimentConfig) -> bool:
    """Whether it builds a network, and one within the space's parameter limit in the protocol's host."""
    if not live_paths(genotype)[genotype.space.top, 1]:
        return False
    limit = config.search_space.max_parameters
    if limit is None:
        return True
    return network_cost(build_phenotype(genotype), config.protocol.shape_host).parameters <= limit
