"""SMASH: kernels that a hypernetwork emits, what trains, and the search by their scores."""

import random
from collections.abc import Iterator

import pytest
import torch
from torch import nn

from search.evolution.estimates.hypernetwork_shape import hypernetwork_shape
from search.evolution.estimates.shared_training_memory import emitted_parameters, supernet_parameters
from search.evolution.experiments.shared_trainings import shared_training
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SPACES, SearchSpace
from search.evolution.networks.cost import network_cost
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype, builds_network
from search.training.data.datasets import load_split
from search.training.supernets.choices import Choices, choices_of
from search.training.supernets.hypernetwork import Consumer, consumers
from search.training.supernets.methods import uniform_genotype
from search.training.supernets.motifs import SuperMotif
from search.training.supernets.session import Session
from search.training.supernets.smash import Smash, perturbed
from search.training.supernets.supernet import Supernet, build_supernet
from tests.training.cases import FOUR_LEVELS, PAIR

SPACE = SPACES["hierarchical"]
TINY = SearchSpace.model_validate({"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]})
HOST = Host(channels=2, image_size=6, image_channels=1)


def emitting(space: SearchSpace = SPACE, host: Host = HOST) -> Supernet:
    return build_supernet(space, host, seed=1, emits=True)


def genotype(number: int, space: SearchSpace = SPACE) -> Genotype:
    return uniform_genotype(space, random.Random(number))


def all_consumers(supernet: Supernet) -> list[Consumer]:
    """Those of an ordinary supernet of the same shape: where kernels are weights, they are seen."""
    plain = build_supernet(supernet.space, supernet.host, seed=1)
    cells = [layer for layer in plain.layers if isinstance(layer, SuperMotif)]
    return [consumer for number, cell in enumerate(cells) for _, consumer in consumers(cell, number)]


def kernel(supernet: Supernet, consumer: Consumer, places: torch.Tensor, choices: Choices) -> torch.Tensor:
    assert supernet.hypernetwork is not None
    supernet.hypernetwork.read(choices)
    with torch.no_grad():
        return supernet.hypernetwork.kernel(consumer, places)


def blocks(consumer: Consumer, *numbers: int) -> torch.Tensor:
    return torch.cat([torch.arange(consumer.channels) + number * consumer.channels for number in numbers])


@pytest.mark.parametrize(
    "space", [SPACE, TINY, SPACES["flat"], FOUR_LEVELS, PAIR], ids=lambda space: space.name
)
def test_every_consumers_kernel_has_its_shape_and_norm_one(space: SearchSpace) -> None:
    supernet, choices = emitting(space), choices_of(genotype(1, space))
    found = all_consumers(supernet)
    assert {consumer.cell for consumer in found} == {0, 1, 2}
    for consumer in found[:: max(1, len(found) // 60)]:
        last = consumer.width // consumer.channels - 1
        live = blocks(consumer, 0, last) if last else blocks(consumer, 0)
        emitted = kernel(supernet, consumer, live, choices)
        assert emitted.shape == (consumer.channels, len(live), 1, 1)
        assert float(emitted.norm()) == pytest.approx(1, rel=1e-5)


def test_wide_kernels_come_in_tiles_that_differ() -> None:
    host = Host(channels=32, image_size=6, image_channels=1)
    supernet = emitting(TINY, host)
    shape = hypernetwork_shape(TINY, host)
    assert (shape.tile, shape.tiles) == (16, 8)
    consumer = all_consumers(supernet)[0]
    emitted = kernel(supernet, consumer, blocks(consumer, 0), choices_of(genotype(1, TINY)))[:, :, 0, 0]
    tiles = [emitted[row : row + 16, column : column + 16] for row in (0, 16) for column in (0, 16)]
    assert all(not torch.allclose(one, other) for one in tiles for other in tiles if one is not other)


def test_the_kernel_depends_on_the_architecture_the_place_and_the_producer() -> None:
    supernet, first, second = emitting(), choices_of(genotype(1)), choices_of(genotype(2))
    wide = [consumer for consumer in all_consumers(supernet) if consumer.width > 2 * consumer.channels]
    one, other = wide[0], wide[5]
    here = kernel(supernet, one, blocks(one, 0), first)
    assert not torch.allclose(here, kernel(supernet, one, blocks(one, 0), second))
    assert not torch.allclose(here, kernel(supernet, other, blocks(other, 0), first))
    assert not torch.allclose(here, kernel(supernet, one, blocks(one, 1), first))
    assert torch.equal(here, kernel(supernet, one, blocks(one, 0), first))


def test_no_kernel_of_a_cell_is_a_weight_and_gradient_reaches_the_hypernetwork_through_them() -> None:
    supernet = emitting(TINY)
    inside = [layer for layer in supernet.layers if isinstance(layer, SuperMotif)]
    assert {row.dim() for cell in inside for row in cell.parameters()} == {4}
    assert {tuple(row.shape[1:]) for cell in inside for row in cell.parameters()} == {(1, 3, 3)}
    for row in supernet.free_weights():
        row.requires_grad_(False)
    labels = torch.tensor([0, 1, 2, 3])
    scores = supernet(torch.randn(4, 1, 6, 6), choices_of(_with_convolutions(TINY)))
    nn.functional.cross_entropy(scores, labels).backward()
    touched = {name for name, row in supernet.named_parameters() if row.grad is not None and row.grad.any()}
    assert touched == {name for name, _ in supernet.named_parameters() if name.startswith("hypernetwork.")}


def _with_convolutions(space: SearchSpace) -> Genotype:
    return next(found for found in _genotypes(space) if "1" in found.text.split(":")[1])


def _genotypes(space: SearchSpace) -> Iterator[Genotype]:
    rng = random.Random(0)
    while True:
        yield uniform_genotype(space, rng)


@pytest.mark.parametrize("space", [SPACE, TINY, SPACES["flat"]], ids=lambda space: space.name)
def test_weights_are_counted_as_they_are(space: SearchSpace) -> None:
    with torch.device("meta"):
        supernet = Supernet(space, HOST, emits=True)
    emitted, shape = emitted_parameters(space, HOST), hypernetwork_shape(space, HOST)
    assert supernet.parameter_count == supernet_parameters(space, HOST) - emitted + shape.parameters


def test_at_the_papers_width_a_small_hypernetwork_emits_most_of_fifteen_million_weights() -> None:
    host = Host(channels=16, image_size=32, image_channels=3)
    assert hypernetwork_shape(SPACE, host).parameters == 147 * 64 + 65 * 128 + 129 * 256 == 50_752
    assert emitted_parameters(SPACE, host) == 13_612_032
    assert supernet_parameters(SPACE, host) == 15_417_210


def test_perturbed_networks_differ_a_little_and_build() -> None:
    rng, before = random.Random(3), genotype(1)
    for _ in range(20):
        found = perturbed(before, rng)
        assert found != before
        assert builds_network(found)
        genes = [(one, other) for one, other in zip(before.text, found.text, strict=True) if one != other]
        assert len(genes) < 12


def smash(**changes: object) -> Smash:
    """On digits, before its first step."""
    protocol = {"dataset": "digits", "channels": 2, "train_images": 200, "validation_images": 60}
    given = {"method": "smash", "space": TINY.to_json(), "protocol": protocol} | changes
    config = shared_training(given)
    method = Session(config, load_split(config.protocol), torch.device("cpu"), seed=1).method
    assert isinstance(method, Smash)
    return method


def test_sizes_grow_over_the_first_half_of_the_steps_where_that_is_asked_for() -> None:
    def largest(method: Smash, done: float) -> int:
        host = method.supernet.host
        drawn = [method.drawn(done) for _ in range(30)]
        return max(network_cost(build_phenotype(genotype), host).parameters for genotype in drawn)

    growing, fixed = smash(growing_sizes=True), smash()
    first, middle, later = (largest(growing, done) for done in (0.0, 0.25, 0.5))
    assert first < middle < later
    assert largest(fixed, 0.0) > middle


def test_without_growing_sizes_the_same_networks_are_drawn_as_before() -> None:
    method, rng = smash(), random.Random(derive_seed("networks", 1))
    assert [method.drawn(0.0) for _ in range(5)] == [uniform_genotype(TINY, rng) for _ in range(5)]
