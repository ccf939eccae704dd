"""Zero-cost proxies are the formulas of their papers, and see what a network is made of."""

import math

import pytest
import torch

from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.training.network.hosts import build_network
from search.training.network.operations import Convolution
from search.training.zero_cost import naswot, proxies, synflow

SMALL = "2x3+1x3~sep3x3+identity:0.10-0.10:0.10"
LARGE = "2x3+1x3~sep3x3+identity:1.11-1.11:1.12"
PROTOCOL = Protocol(channels=4, steps=1, validation_images=100)


def network_of(text: str) -> torch.nn.Module:
    host = Host(channels=4, image_size=8, image_channels=1)
    return build_network(build_phenotype(parse_genotype(text)), host, seed=1)


def test_synflow_is_the_sum_over_all_paths() -> None:
    """Each layer's sum of |weight · gradient| is the same: what flows in flows out. So the proxy is the output of ones
    times the number of layers, but for the last one's bias, on which less rests."""
    network = network_of("2x3+1x3~sep3x3+identity:0.20-0.20:0.10")
    layers = sum(len(part.convolutions) for part in network.modules() if isinstance(part, Convolution)) + 1
    found = synflow(network, torch.zeros(1, 1, 8, 8))  # type: ignore[arg-type]
    with torch.no_grad():
        bias = float(network.layers[-1].linear.bias.sum())  # type: ignore[union-attr,index]
        output = float(network(torch.ones(1, 1, 8, 8, dtype=torch.float64)).sum())
    assert found == pytest.approx(math.log(layers * (output - bias) + bias), rel=1e-9)


def test_naswot_of_two_images_is_the_determinant_of_what_they_agree_on() -> None:
    images = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    network = network_of(SMALL)
    found = naswot(network, images)  # type: ignore[arg-type]
    units = agreed = 0
    codes: list[torch.Tensor] = []
    fresh = network_of(SMALL)
    for part in fresh.modules():
        if isinstance(part, Convolution):
            part.register_forward_hook(lambda module, inputs, output: codes.append((output > 0).flatten(1)))
    fresh.train()
    with torch.no_grad():
        fresh(images)
    for code in codes:
        units += code.shape[1]
        agreed += int((code[0] == code[1]).sum())
    assert found == pytest.approx(math.log(units**2 - agreed**2))


def test_a_larger_network_has_the_higher_proxies_and_the_same_network_the_same() -> None:
    small, large = (proxies(build_phenotype(parse_genotype(text)), PROTOCOL) for text in (SMALL, LARGE))
    assert sorted(small) == ["naswot", "synflow"]
    assert small["naswot"] < large["naswot"]
    assert all(map(math.isfinite, (*small.values(), *large.values())))
    assert proxies(build_phenotype(parse_genotype(LARGE)), PROTOCOL) == large
