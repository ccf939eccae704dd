"""The networks of a small space are those that going through every genotype finds, each with as many genotypes."""

from collections import Counter

import pytest

from search.evolution.genotypes.space import LevelShape, SearchSpace, search_space
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.tables.enumeration import every_genotype, every_network, genotype_count


def small_space(*primitives: str) -> SearchSpace:
    levels = (LevelShape(motifs=2, nodes=3), LevelShape(motifs=1, nodes=3))
    return SearchSpace(levels=levels, primitives=primitives)


def by_brute_force(space: SearchSpace) -> Counter[str]:
    found: Counter[str] = Counter()
    for genotype in every_genotype(space):
        try:
            found[build_phenotype(genotype).key] += 1
        except Infeasible:
            found["no network"] += 1
    return found


@pytest.mark.parametrize(
    "primitives, networks, infeasible",
    [
        (("sep3x3",), 33, 848),
        pytest.param(("sep3x3", "identity"), 248, 6_615, marks=pytest.mark.slow),
        pytest.param(("sep3x3", "max3x3", "identity"), 2_475, 30_336, marks=pytest.mark.slow),
    ],
)
def test_every_network_is_found_with_all_its_genotypes(
    primitives: tuple[str, ...], networks: int, infeasible: int
) -> None:
    space = small_space(*primitives)
    counted = by_brute_force(space)
    assert counted.total() == genotype_count(space)
    assert counted.pop("no network") == infeasible
    found = every_network(space)
    assert {key: row.genotypes for key, row in found.items()} == counted
    assert len(found) == networks
    assert all(build_phenotype(row.genotype).key == key for key, row in found.items())
    assert list(found) == sorted(found)


def test_a_space_that_cannot_be_gone_through_is_refused_with_its_size() -> None:
    with pytest.raises(ValueError, match="genotypes; at most 10,000,000 are gone through"):
        every_network(search_space("hierarchical"))
