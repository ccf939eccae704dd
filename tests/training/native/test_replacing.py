"""A network whose parts are replaced runs by the kernels and trains as before; all others run by torch's operations."""

import pytest
import torch
from torch.nn import functional

from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training import native
from search.training.native import calls
from search.training.native.parts import Parts
from search.training.network.hosts import Network, PoolLinear, build_network
from search.training.network.operations import OPERATIONS
from search.training.network.reference import reference_network
from tests.training.cases import ALL_SPACES, LIU, networks, small_cell
from tests.training.runs import a_run

HOST = Host(channels=4, image_size=8, image_channels=2)


def test_what_leaves_a_cell_is_joined_for_those_who_want_it_whole() -> None:
    for _, phenotype in networks(ALL_SPACES["flat"], 3):
        network = build_network(phenotype, Host(channels=4), seed=1)
        cell, x = network.layers[1], torch.randn(2, 4, 6, 6)
        by_torch = cell(x)
        native.replace(cell)
        whole = cell(x)
        native.replace(network)
        parts = cell(x)
        assert isinstance(parts, Parts)
        assert torch.equal(parts.joined(), whole)
        assert len(set(parts.order)) == len(parts.blocks)
        torch.testing.assert_close(by_torch, whole, rtol=1e-4, atol=1e-4)


def losses(network: Network, steps: int) -> list[float]:
    images, labels = torch.randn(8, 2, 8, 8), torch.arange(8)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    found = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(images), labels)
        loss.backward()
        optimizer.step()
        found.append(float(loss.detach()))
    return found


@pytest.mark.parametrize("phenotype", [small_cell(), build_phenotype(trivial_genotype(SPACES["flat"]))])
def test_steps_of_training_go_the_same_way(phenotype: Phenotype) -> None:
    found = []
    for by_kernels in (True, False):
        torch.manual_seed(1)
        network = build_network(phenotype, HOST, seed=1)
        if by_kernels:
            native.replace(network)
        found.append(losses(network, 5))
    assert found[0] == pytest.approx(found[1], rel=1e-3)
    assert found[0][-1] < found[0][0]


def test_what_was_replaced_is_restored_to_the_same_network() -> None:
    network = build_network(small_cell(), HOST, seed=1)
    kinds = [type(part) for part in network.modules()]
    names = list(network.state_dict())
    assert not native.restore(network), "there is nothing to restore yet"
    native.replace(network)
    assert [type(part) for part in network.modules()] != kinds
    assert list(network.state_dict()) == names
    assert native.restore(network)
    assert [type(part) for part in network.modules()] == kinds
    torch.manual_seed(1)
    found = losses(network, 2)
    torch.manual_seed(1)
    assert found == losses(build_network(small_cell(), HOST, seed=1), 2)


def test_what_trains_has_kernels_and_the_straightforward_network_is_torch_s_own() -> None:
    assert native.restore(a_run().network)
    assert not native.restore(a_run(precision="bfloat16").network)
    assert not native.restore(reference_network(LIU, Host()))


def test_other_devices_numbers_and_threads_have_torch_s_own_operations() -> None:
    assert calls.is_usable(torch.zeros(1, 3, 2, 2))
    assert not calls.is_usable(torch.zeros(1, 3, 2, 2, device="meta"))
    assert not calls.is_usable(torch.zeros(1, 3, 2, 2, dtype=torch.bfloat16))
    part = PoolLinear(3, 2).to(torch.bfloat16)
    x = torch.randn(1, 3, 2, 2, dtype=torch.bfloat16)
    expected = part(x)
    native.replace(part)
    assert torch.equal(part(x), expected)
    try:
        torch.set_num_threads(2)
        assert not calls.is_usable(torch.zeros(1, 3, 2, 2))
    finally:
        torch.set_num_threads(1)


def test_a_primitive_without_a_kernel_would_be_noticed() -> None:
    assert set(calls.CONVOLUTIONS) | set(calls.POOLS) | {"identity"} == set(OPERATIONS)
