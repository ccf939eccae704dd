"""What is counted without torch is what torch builds and computes."""

import pytest
import torch
from torch import Tensor, nn

from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training.network.flat_cell import FlatCell
from search.training.network.hosts import Network, build_network, place_cells
from tests.training.cases import ALL_SPACES, LIU, networks

SMALL_COUNTS = {"none": 525_242, "s1_c": 542_138, "s2_2c": 559_290}
LARGE_COUNTS = {"none": 15_463_114, "s1_c": 15_727_306, "s2_2c": 15_992_522}
IMAGENET_COUNTS = {"none": 63_300_488, "s1_c": 62_832_520, "s2_2c": 64_394_120}

COMPUTED = 4
"""Networks of each kind that are also run: slower than building them."""


def outline(phenotype: Phenotype, host: Host) -> Network:
    """Without memory for its weights: quick to build."""
    with torch.device("meta"):
        return place_cells(host, lambda layer: FlatCell(phenotype.cell_at(layer), layer.width))


@pytest.mark.parametrize("final,expected", SMALL_COUNTS.items())
def test_the_small_network_of_the_published_cell_has_exactly_its_parameters(
    final: str, expected: int
) -> None:
    host = Host.model_validate({"final_separable": final})
    assert build_network(build_phenotype(LIU), host, seed=1).parameter_count == expected


@pytest.mark.parametrize("final,expected", LARGE_COUNTS.items())
def test_the_large_network_of_the_published_cell_has_exactly_its_parameters(
    final: str, expected: int
) -> None:
    host = Host.model_validate({"kind": "large", "channels": 64, "cells": 2, "final_separable": final})
    assert outline(build_phenotype(LIU), host).parameter_count == expected


def test_the_large_network_is_really_built() -> None:
    network = build_network(build_phenotype(LIU), Host(kind="large", channels=64, cells=2), seed=1)
    assert network.parameter_count == LARGE_COUNTS["none"]
    assert all(bool(torch.isfinite(parameter).all()) for parameter in network.parameters())


@pytest.mark.parametrize("final,expected", IMAGENET_COUNTS.items())
def test_the_imagenet_network_of_the_published_cell_has_exactly_its_parameters(
    final: str, expected: int
) -> None:
    document = {
        "kind": "imagenet",
        "channels": 64,
        "image_size": 299,
        "classes": 1000,
        "final_separable": final,
    }
    assert outline(build_phenotype(LIU), Host.model_validate(document)).parameter_count == expected


@pytest.mark.parametrize("space,expected", [("hierarchical", 26_698), ("flat", 4_298)])
def test_the_trivial_networks_have_exactly_their_parameters(space: str, expected: int) -> None:
    phenotype = build_phenotype(trivial_genotype(SPACES[space]))
    assert build_network(phenotype, Host(), seed=1).parameter_count == expected


@pytest.mark.parametrize("name", ["hierarchical", "flat", "four levels"])
@pytest.mark.parametrize(
    "host,count",
    [
        (Host(), 60),
        (Host(channels=5, image_size=9, image_channels=1, classes=7, final_separable="s1_c"), 12),
        (Host(kind="large", channels=4, cells=2, image_size=15, final_separable="s2_2c"), 3),
        (Host(kind="imagenet", channels=4, image_size=33, classes=20), 2),
    ],
)
def test_counts_without_torch_equal_torch_s_for_random_genotypes(name: str, host: Host, count: int) -> None:
    start = 1000 * list(ALL_SPACES).index(name)
    for number, (_, phenotype) in enumerate(networks(ALL_SPACES[name], count, start=start)):
        cost = network_cost(phenotype, host)
        network = outline(phenotype, host)
        assert network.parameter_count == cost.parameters
        if number < COMPUTED:
            assert multiply_adds(network, host) == cost.multiply_adds


def multiply_adds(network: nn.Module, host: Host) -> int:
    """Counted by watching convolutions and linear layers work, per image."""
    images = 2
    counted: list[int] = []

    def watch(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        assert isinstance(module, nn.Conv2d | nn.Linear)
        counted.append(output.numel() // images * module.weight[0].numel())

    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(watch)
    scores = network(
        torch.empty(images, host.image_channels, host.image_size, host.image_size, device="meta")
    )
    assert scores.shape == (images, host.classes)
    return sum(counted)
