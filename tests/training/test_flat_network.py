"""The flat program that trains computes what the nested reference computes."""

import copy

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace, search_space
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.evolution.networks.program import cell_program, single
from search.training import native
from search.training.network.alignment import copy_weights, seeded_reference
from search.training.network.hosts import Network, build_network
from search.training.network.reference import reference_network
from tests.training.cases import ALL_SPACES, LIU, networks

HOST = Host(channels=3, image_size=8, image_channels=2)


class Flat:
    """The flat program is run by the kernels, and by torch's own operations as on a GPU."""

    by_kernels = True

    def network(self, phenotype: Phenotype, seed: int) -> Network:
        """In float64."""
        network = build_network(phenotype, HOST, seed=seed).double()
        if self.by_kernels:
            native.replace(network)
        return network


FLAT = Flat()


@pytest.fixture(params=["kernels", "torch"], autouse=True)
def by_both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FLAT, "by_kernels", request.param == "kernels")


def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(12, 2, 8, 8, dtype=torch.float64, generator=generator)
    return images, torch.randint(0, 10, (12,), generator=generator)


def pair(genotype: Genotype, phenotype: Phenotype, seed: int) -> tuple[Network, Network]:
    """The same network in both forms, in float64."""
    flat, reference = FLAT.network(phenotype, seed), reference_network(genotype, HOST).double()
    copy_weights(genotype, flat, reference)
    return flat, reference


def with_gradients_as_weights(network: Network) -> Network:
    twin = copy.deepcopy(network)
    for parameter, source in zip(twin.parameters(), network.parameters(), strict=True):
        assert source.grad is not None
        parameter.data = source.grad
    return twin


def assert_equal_networks(genotype: Genotype, phenotype: Phenotype, seed: int) -> None:
    flat, reference = pair(genotype, phenotype, seed)
    images, labels = batch()
    scores = [network(images) for network in (flat, reference)]
    torch.testing.assert_close(*scores, rtol=1e-8, atol=1e-8)
    for found in scores:
        functional.cross_entropy(found, labels).backward()
    expected = reference_network(genotype, HOST).double()
    copy_weights(genotype, with_gradients_as_weights(flat), expected)
    for (name, gradient), parameter in zip(expected.named_parameters(), reference.parameters(), strict=True):
        assert parameter.grad is not None, name
        scale = float(gradient.detach().abs().max())
        assert float((gradient - parameter.grad).detach().abs().max()) <= 1e-8 * scale + 1e-12, name
    assert_equal_statistics(genotype, flat, reference)


def assert_equal_statistics(genotype: Genotype, flat: Network, reference: Network) -> None:
    """The running means and variances that scoring uses."""
    expected = reference_network(genotype, HOST).double()
    copy_weights(genotype, flat, expected)
    for (name, wanted), found in zip(expected.named_buffers(), reference.buffers(), strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-7, atol=1e-9, msg=name)


@pytest.mark.parametrize("name", ALL_SPACES)
def test_flat_and_nested_agree_in_output_gradients_and_statistics(name: str) -> None:
    for seed, (genotype, phenotype) in enumerate(networks(ALL_SPACES[name], 8, start=len(name) * 100)):
        assert_equal_networks(genotype, phenotype, seed)


CUSTOM_SPACES = [
    {"levels": [{"motifs": 1, "nodes": 7}], "primitives": ["sep3x3", "max3x3", "identity"]},
    {
        "levels": [{"motifs": 2, "nodes": 5}, {"motifs": 1, "nodes": 3}],
        "primitives": ["dw3x3", "avg3x3", "conv1x1"],
    },
    {
        "levels": [{"motifs": n, "nodes": 3} for n in (2, 2, 2, 1)],
        "primitives": ["conv1x1", "identity", "avg3x3"],
    },
]


@pytest.mark.parametrize("document", CUSTOM_SPACES)
def test_custom_spaces_agree(document: dict[str, object]) -> None:
    for seed, (genotype, phenotype) in enumerate(networks(search_space(document), 4, start=1)):
        assert_equal_networks(genotype, phenotype, seed)


@pytest.mark.parametrize("name", ["hierarchical", "flat"])
def test_a_seed_means_the_same_network_in_both_forms(name: str) -> None:
    images, _ = batch()
    for genotype, phenotype in networks(ALL_SPACES[name], 2, start=50):
        reference = seeded_reference(genotype, HOST, seed=4).double()
        flat = FLAT.network(phenotype, 4)
        torch.testing.assert_close(reference(images), flat(images), rtol=1e-8, atol=1e-8)


def test_the_published_cell_agrees() -> None:
    assert_equal_networks(LIU, build_phenotype(LIU), 1)


def test_a_value_that_is_concatenated_several_times_agrees() -> None:
    # Identities double the cell's input at each node; a convolution reads it eight times.
    space: SearchSpace = search_space({"levels": [{"motifs": 1, "nodes": 6}]})
    rows = ((6,), (6, 6), (6, 6, 6), (2, 6, 6, 3), (1, 0, 5, 2, 3))
    genotype = Genotype(space, ((rows,),))
    assert_equal_networks(genotype, build_phenotype(genotype), 1)


def test_the_nested_network_differs_without_the_permutation() -> None:
    """The comparison can fail: a network of another seed is told apart."""
    flat, _ = pair(LIU, build_phenotype(LIU), 1)
    _, other = pair(LIU, build_phenotype(LIU), 2)
    images, _ = batch()
    assert not torch.allclose(flat(images), other(images), atol=1e-3)


def test_pools_of_the_same_values_are_computed_once() -> None:
    space = search_space({"levels": [{"motifs": 1, "nodes": 4}]})
    # Nodes 2 and 3 are both the max pool of node 1, so their two convolutions read the same value.
    phenotype = build_phenotype(Genotype(space, ((((4,), (4, 0), (0, 1, 1)),),)))
    names = [step.name for step in cell_program(phenotype).steps]
    assert sorted(names) == ["conv1x1", "conv1x1", "max3x3"]


def test_values_are_freed_after_their_last_reader() -> None:
    for _, phenotype in networks(ALL_SPACES["hierarchical"], 5):
        program = cell_program(phenotype)
        freed = [gone for step in program.steps for gone in step.frees]
        assert len(set(freed)) == len(freed)
        read = {single(value) for step in program.steps for value, _ in step.reads}
        kept = {single(value) for value, _ in program.output}
        assert read - kept == {gone for gone in freed if len(gone) == 1 and gone[0][1] == 1} - kept
