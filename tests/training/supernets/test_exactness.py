"""A supernet with one genotype's choices is that genotype's own network, and shares nothing it should not."""

import random

import pytest
import torch

from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES, SearchSpace
from search.evolution.networks.host import Host
from search.training.supernets.checking import compare_many
from search.training.supernets.choices import all_on, choices_of, edges_of, places_of, soft_choices
from search.training.supernets.supernet import Supernet, build_supernet
from tests.training.cases import FOUR_LEVELS, LIU, PAIR

SMALL = Host(channels=2, image_size=6, image_channels=1)


@pytest.mark.parametrize(
    "space, count",
    [(SPACES["hierarchical"], 6), (FOUR_LEVELS, 6), (PAIR, 6)],
    ids=["hierarchical", "four levels", "pair"],
)
def test_one_hot_it_is_the_straightforward_network_and_its_controls_differ(
    space: SearchSpace, count: int
) -> None:
    rows = compare_many(space, SMALL, count, 3, lambda row: None)
    assert max(row.scores for row in rows) < 1e-9
    assert max(row.gradients for row in rows) < 1e-9
    assert max(row.absent for row in rows) == 0
    assert min(row.mutated for row in rows if row.mutated is not None) > 1e-3
    assert min((row.swapped for row in rows if row.swapped is not None), default=1) > 1e-3


def test_its_parameters_are_those_that_were_counted() -> None:
    with torch.device("meta"):
        supernet = Supernet(SPACES["hierarchical"], Host(channels=16, image_size=32, image_channels=3))
    assert supernet.parameter_count == 15_417_210


def test_one_hot_gates_are_the_choices_of_the_genotype() -> None:
    space = SPACES["hierarchical"]
    supernet = build_supernet(space, SMALL, seed=1).double()
    images = torch.randn(4, 1, 6, 6, dtype=torch.float64)
    gates = {}
    for level, slot in places_of(space):
        rows = torch.zeros(len(edges_of(space, level)), 1 + len(space.operations(level)), dtype=torch.float64)
        for row, (successor, predecessor) in enumerate(edges_of(space, level)):
            rows[row, LIU.edge(level, slot, successor, predecessor)] = 1
        gates[level, slot] = rows
    hard = supernet(images, choices_of(LIU, gates))
    assert torch.equal(hard, supernet(images, choices_of(LIU)))


def test_soft_gates_reach_every_weight_and_every_gate() -> None:
    space = SearchSpace.model_validate({"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]})
    supernet = build_supernet(space, SMALL, seed=1)
    logits = {
        place: torch.randn(
            len(edges_of(space, place[0])), 1 + len(space.operations(place[0]))
        ).requires_grad_()
        for place in places_of(space)
    }
    gates = {place: value.softmax(1) for place, value in logits.items()}
    supernet(torch.randn(4, 1, 6, 6), soft_choices(space, gates)).square().sum().backward()
    assert all(weight.grad is not None for weight in supernet.parameters())
    for value in logits.values():
        assert value.grad is not None
        assert bool((value.grad.abs().sum(1) > 0).all())


def test_path_dropout_always_leaves_a_network() -> None:
    space = SPACES["hierarchical"]
    supernet = build_supernet(space, SMALL, seed=1)
    images = torch.randn(2, 1, 6, 6)
    for seed in range(5):
        choices = all_on(space, dropped=0.9, rng=random.Random(seed))
        assert torch.isfinite(supernet(images, choices)).all()


def test_networks_of_one_supernet_differ() -> None:
    supernet = build_supernet(SPACES["hierarchical"], SMALL, seed=1)
    images = torch.randn(2, 1, 6, 6)
    one, other = (random_genotype(SPACES["hierarchical"], random.Random(seed)) for seed in (0, 4))
    assert not torch.allclose(supernet(images, choices_of(one)), supernet(images, choices_of(other)))
