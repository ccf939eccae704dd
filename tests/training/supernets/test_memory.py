"""The memory of a shared training is counted without torch, to the byte of what autograd keeps."""

import random
from typing import Any

import pytest
import torch
from torch import Tensor

from search.evolution.estimates.hypernetwork_shape import hypernetwork_shape
from search.evolution.estimates.shared_training_memory import (
    Gating,
    run_pass,
    supernet_memory,
    supernet_parameters,
)
from search.evolution.estimates.supernet_edges import all_edges, edges_of_genotype
from search.evolution.experiments.shared_trainings import shared_training
from search.evolution.genotypes.space import SPACES, SearchSpace
from search.evolution.networks.host import Host
from search.training.supernets.choices import Choices, all_on, choices_of, soft_choices
from search.training.supernets.gates import GateLogits
from search.training.supernets.methods import uniform_genotype
from search.training.supernets.supernet import Supernet
from tests.training.cases import PAIR

TINY = SearchSpace.model_validate({"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]})
SPACE = {"tiny": TINY, "hierarchical": SPACES["hierarchical"], "pair": PAIR}
HOST = Host(channels=4, image_size=9, image_channels=1)


def built(space: SearchSpace) -> Supernet:
    with torch.device("meta"):
        return Supernet(space, HOST)


def kept_by_autograd(supernet: Supernet, choices: Choices) -> int:
    """Bytes for each further image; tensors that stand for no image drop out of the difference."""
    two, four = (_saved(supernet, choices, images) for images in (2, 4))
    return (four - two) // 2


def _saved(supernet: Supernet, choices: Choices, images: int) -> int:
    seen: dict[int, int] = {}
    storages: list[Any] = []

    def pack(value: Tensor) -> Tensor:
        storage = value.untyped_storage()
        storages.append(storage)  # kept: an id is given again
        seen[id(storage)] = storage.nbytes()
        return value

    batch = torch.empty(images, HOST.image_channels, HOST.image_size, HOST.image_size, device="meta")
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda value: value):
        supernet(batch, choices)
    return sum(seen.values())


@pytest.mark.parametrize("name", SPACE)
def test_weights_are_counted_as_they_are(name: str) -> None:
    assert supernet_parameters(SPACE[name], HOST) == built(SPACE[name]).parameter_count


@pytest.mark.parametrize("name", SPACE)
def test_all_operations_keep_what_was_counted(name: str) -> None:
    space = SPACE[name]
    counted = run_pass(space, HOST, HOST.image_size, all_edges(space), Gating()).kept_bytes
    assert counted == kept_by_autograd(built(space), all_on(space))


@pytest.mark.parametrize("number", range(8))
def test_a_sampled_network_keeps_what_was_counted(number: int) -> None:
    space = SPACES["hierarchical"]
    genotype = uniform_genotype(space, random.Random(number))
    counted = run_pass(space, HOST, HOST.image_size, edges_of_genotype(genotype), Gating()).kept_bytes
    assert counted == kept_by_autograd(built(space), choices_of(genotype))


def test_soft_gates_keep_what_was_counted() -> None:
    supernet = built(TINY)
    supernet.normalise_pools(True)
    gates = GateLogits(TINY, torch.Generator().manual_seed(1)).to("meta")
    counted = run_pass(
        TINY, HOST, HOST.image_size, all_edges(TINY), Gating(gated=True, normalises_pools=True)
    ).kept_bytes
    assert counted == kept_by_autograd(supernet, soft_choices(TINY, gates.soft()))


def test_path_dropout_takes_less_than_all_operations_and_a_share_of_nothing_takes_the_same() -> None:
    document = {"method": "fabric", "space": TINY.to_json(), "protocol": {"dataset": "digits", "channels": 4}}
    half, fifth, none = (
        supernet_memory(shared_training(document | {"path_dropout": share}), HOST).per_image
        for share in (0.5, 0.2, 0.0)
    )
    assert half < fifth < none
    assert none == run_pass(TINY, HOST, HOST.image_size, all_edges(TINY), Gating()).kept_bytes


def test_soft_gates_take_several_times_the_memory_of_sampled_ones() -> None:
    document = {"space": TINY.to_json(), "protocol": {"dataset": "digits", "channels": 4, "steps": 100}}
    soft, sampled = (shared_training(document | {"method": method}) for method in ("darts", "gdas"))
    one, other = supernet_memory(soft, HOST), supernet_memory(sampled, HOST)
    assert one.parameters == other.parameters
    assert one.per_image > 1.5 * other.per_image


@pytest.mark.parametrize("number", range(4))
def test_an_emitting_supernet_keeps_what_was_counted(number: int) -> None:
    space = SPACES["hierarchical"]
    genotype, shape = uniform_genotype(space, random.Random(number)), hypernetwork_shape(space, HOST)
    with torch.device("meta"):
        supernet = Supernet(space, HOST, emits=True)
    counted = run_pass(space, HOST, HOST.image_size, edges_of_genotype(genotype), Gating())
    assert counted.kept_bytes == kept_by_autograd(supernet, choices_of(genotype))
    fixed = 2 * _saved(supernet, choices_of(genotype), 2) - _saved(supernet, choices_of(genotype), 4)
    # Weights are kept too: those that are there anyway, and copies of the columns of depthwise and other filters.
    weights = 4 * supernet.parameter_count
    assert counted.emission_bytes(shape) < fixed < counted.emission_bytes(shape) + weights
