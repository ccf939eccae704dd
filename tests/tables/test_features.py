"""Features of networks: the same for every genotype that builds one network, and right for a network that is known."""

import math
import random

import numpy as np
import numpy.typing as npt
import pytest

from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.genotypes.mutation import apply_mutation, draw_mutation, random_genotype
from search.evolution.genotypes.space import search_space
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.tables.features import feature_names, network_features
from tests.tables.made_table import SPACE

HOST = Protocol(channels=8).shape_host


def named(text: str) -> dict[str, float]:
    genotype = parse_genotype(text)
    values = network_features(build_phenotype(genotype), SPACE, HOST)
    return dict(zip(feature_names(SPACE), values.tolist(), strict=True))


def test_the_features_of_a_known_network() -> None:
    """M1 is one separable convolution beside an identity; the cell is M1 twice, with a projection after each."""
    text = "2x3+1x3~sep3x3+identity:1.20-0.00:1.01"
    found, phenotype = named(text), build_phenotype(parse_genotype(text))
    assert found["operations"] == len(phenotype.operations)
    assert found["log parameters"] == pytest.approx(math.log(network_cost(phenotype, HOST).parameters))
    assert found["longest path"] == phenotype.depth
    assert found["sep3x3 count"] == sum(row.name == "sep3x3" for row in phenotype.operations)
    assert found["sep3x3 at most"] <= found["longest path"]
    assert found["sep3x3 on the way"] <= found["mean path"] <= found["longest path"]
    assert found["shortest path"] <= found["mean path"]
    assert not any("identity" in name for name in found)


def test_twins_have_equal_features() -> None:
    space, rng, twins = search_space("hierarchical"), random.Random(3), 0
    while twins < 20:
        genotype = random_genotype(space, rng, mutations=100)
        other = apply_mutation(genotype, draw_mutation(genotype, rng))
        try:
            one, two = build_phenotype(genotype), build_phenotype(other)
        except Infeasible:
            continue
        if one.key == two.key:
            twins += 1
            assert (network_features(one, space, HOST) == network_features(two, space, HOST)).all()


def test_other_networks_have_other_features() -> None:
    space, rng = search_space("hierarchical"), random.Random(4)
    rows: dict[str, npt.NDArray[np.float64]] = {}
    while len(rows) < 100:
        try:
            phenotype = build_phenotype(random_genotype(space, rng, mutations=100))
        except Infeasible:
            continue
        rows[phenotype.key] = network_features(phenotype, space, HOST)
    values = np.array(list(rows.values()))
    assert values.shape == (100, len(feature_names(space)))
    assert np.isfinite(values).all()
    assert len(np.unique(values, axis=0)) == 100
