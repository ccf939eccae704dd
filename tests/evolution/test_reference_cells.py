"""Reference cells are what they are named after, and build networks of a size with those of a search."""

import pytest

from search.evolution.genotypes.reference_cells import BASELINES, INCEPTION, RESIDUAL, baseline_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import PAPER_HOST
from search.evolution.networks.phenotype import build_phenotype


def test_a_residual_like_cell_is_four_times_two_convolutions_beside_the_unchanged_input() -> None:
    network = build_phenotype(RESIDUAL.genotype)
    assert [row.name for row in network.operations].count("sep3x3") == 8
    assert [row.name for row in network.operations].count("conv1x1") == 4
    first, second, projection = network.operations[:3]
    assert (first.inputs, second.inputs, projection.inputs) == ((0,), (1,), (0, 2))


def test_an_inception_like_cell_joins_four_branches_twice() -> None:
    network = build_phenotype(INCEPTION.genotype)
    names = [row.name for row in network.operations]
    assert (names.count("max3x3"), names.count("sep3x3")) == (2, 6)
    joined = [row for row in network.operations if row.name == "conv1x1" and len(row.inputs) == 3]
    assert len(joined) == 2


def test_they_are_no_larger_than_the_published_cell() -> None:
    sizes = {
        name: network_cost(
            build_phenotype(baseline_genotype(name, SPACES["hierarchical"], 1)), PAPER_HOST
        ).parameters
        for name in BASELINES
    }
    assert sizes["liu2018"] == 525_242
    assert all(50_000 < size <= 525_242 for size in sizes.values()), sizes


@pytest.mark.parametrize("space", ["hierarchical", "flat-constrained"])
def test_the_random_architecture_is_of_the_searchs_space_and_the_same_for_its_seed(space: str) -> None:
    drawn = [baseline_genotype("random", SPACES[space], seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0].space == SPACES[space]


def test_an_unknown_baseline_names_those_that_are_known() -> None:
    with pytest.raises(KeyError, match="residual, inception, liu2018, random"):
        baseline_genotype("vgg", SPACES["flat"], 0)
