"""Initial weights come from the seed and from nothing else, and all of them are trained."""

import pytest
import torch
from torch.nn import functional

from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training.network.hosts import build_network
from tests.training.cases import ALL_SPACES, LIU, networks

HOST = Host(channels=4, image_size=8, image_channels=1)


def weights(phenotype: Phenotype, seed: int) -> torch.Tensor:
    network = build_network(phenotype, HOST, seed=seed)
    return torch.cat([parameter.flatten() for parameter in network.parameters()])


def test_a_seed_means_one_network_whatever_was_drawn_before() -> None:
    phenotype = build_phenotype(LIU)
    torch.manual_seed(1)
    first = weights(phenotype, 7)
    torch.manual_seed(2)
    assert torch.equal(first, weights(phenotype, 7))
    assert not torch.equal(first, weights(phenotype, 8))


def test_building_draws_nothing_from_the_global_generator() -> None:
    before = torch.get_rng_state()
    build_network(build_phenotype(LIU), HOST, seed=7)
    assert torch.equal(before, torch.get_rng_state())


def test_convolutions_start_with_he_et_al_s_variance() -> None:
    network = build_network(build_phenotype(LIU), Host(channels=32), seed=3)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d) and module.weight.numel() > 4000:
            fan_in = module.weight[0].numel()
            drawn = module.weight.detach()
            assert float(drawn.var()) == pytest.approx(2 / fan_in, rel=0.15)
            assert abs(float(drawn.mean())) < 0.1 * (2 / fan_in) ** 0.5


@pytest.mark.parametrize("name", ALL_SPACES)
def test_gradients_reach_every_parameter(name: str) -> None:
    generator = torch.Generator().manual_seed(5)
    images = torch.randn(16, 1, 8, 8, generator=generator, dtype=torch.float64)
    labels = torch.randint(0, 10, (16,), generator=generator)
    for seed, (_, phenotype) in enumerate(networks(ALL_SPACES[name], 10, start=100)):
        network = build_network(phenotype, HOST, seed=seed).double()
        functional.cross_entropy(network(images), labels).backward()
        for path, parameter in network.named_parameters():
            assert parameter.grad is not None, path
            assert bool((parameter.grad != 0).any()), path


def test_images_and_weights_lie_with_channels_last() -> None:
    network = build_network(build_phenotype(LIU), HOST, seed=1)
    images = torch.randn(4, 1, 8, 8).contiguous(memory_format=torch.channels_last)
    assert network.layers[1](network.layers[0](images)).is_contiguous(memory_format=torch.channels_last)
