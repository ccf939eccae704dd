"""The normal form of a genotype: one for all spellings of a network."""

import random

import pytest

from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import build_phenotype
from search.learning.surrogates.normal_form import normal_form
from search.learning.surrogates.wl_features import likeness
from tests.learning.renaming import SPACES, renamed, some


@pytest.mark.parametrize("space", SPACES, ids=["hierarchical", "flat", "four levels", "pair"])
def test_motifs_and_nodes_may_be_called_anything(space: object) -> None:
    rng = random.Random(1)
    others = 0
    for genotype in some(space, 25):
        other = renamed(genotype, rng)
        others += other != genotype
        assert normal_form(other) == normal_form(genotype)
    # A dense motif of eleven nodes has one order only.
    assert others > (5 if space == "flat" else 20)


@pytest.mark.parametrize("space", SPACES, ids=["hierarchical", "flat", "four levels", "pair"])
def test_it_builds_the_same_network_and_is_its_own_form(space: object) -> None:
    for genotype in some(space, 15):
        form = normal_form(genotype)
        assert build_phenotype(form.genotype) == build_phenotype(genotype)
        assert normal_form(form.genotype) == form


def test_other_networks_have_other_forms() -> None:
    genotypes = some("hierarchical", 40)
    networks = {build_phenotype(genotype).key for genotype in genotypes}
    assert len({normal_form(genotype).key for genotype in genotypes}) >= len(networks) > 30


def test_the_cells_of_a_pair_are_places_and_not_names() -> None:
    [genotype] = some(SPACES[-1], 1)
    normal, reduction = genotype.levels[-1]
    swapped = Genotype(genotype.space, (*genotype.levels[:-1], (reduction, normal)))
    assert build_phenotype(swapped).key != build_phenotype(genotype).key
    one, other = normal_form(genotype), normal_form(swapped)
    assert one != other
    assert min(likeness(one, other, 2)) < 1 - 1e-9
    assert likeness(one, one, 2) == pytest.approx((1.0,) * len(likeness(one, one, 2)))
