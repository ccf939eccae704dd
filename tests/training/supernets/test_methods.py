"""What trains the choice of networks: gates, their second-order gradient, the controller."""

import pytest
import torch

from search.evolution.genotypes.space import SPACES, SearchSpace
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import builds_network
from search.training.supernets.choices import choices_of, places_of
from search.training.supernets.controller import Baseline, Controller
from search.training.supernets.gates import GateLogits
from search.training.supernets.supernet import build_supernet
from search.training.supernets.unrolling import unrolled_gradient

TINY = SearchSpace.model_validate({"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]})


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_second_order_gradient_is_that_of_finite_differences() -> None:
    """A small loss whose second derivatives are not nothing; momentum and weight decay take part."""
    torch.manual_seed(0)
    gates = torch.randn(3, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=0.1, momentum=0.9, weight_decay=0.01)

    def train() -> torch.Tensor:
        return ((gates.sigmoid() * weights - 1).pow(4)).sum()

    def validate() -> torch.Tensor:
        return ((weights * gates.tanh() - 0.5).square()).sum()

    train().backward()
    optimizer.step()  # the momentum buffer is there
    optimizer.zero_grad()
    [found] = unrolled_gradient(optimizer, [gates], train=train, validate=validate)
    before = weights.detach().clone()
    buffer = optimizer.state[weights]["momentum_buffer"]

    def ahead(values: torch.Tensor) -> float:
        with torch.no_grad():
            gates.copy_(values)
        [gradient] = torch.autograd.grad(train(), [weights])
        with torch.no_grad():
            weights.sub_(0.1 * (gradient + 0.01 * weights + 0.9 * buffer))
            loss = float(validate())
            weights.copy_(before)
        return loss

    start, small = gates.detach().clone(), 1e-6
    expected = [
        (ahead(start + small * unit) - ahead(start - small * unit)) / (2 * small)
        for unit in torch.eye(3, dtype=torch.float64)
    ]
    assert found.tolist() == pytest.approx(expected, rel=1e-3)
    assert torch.equal(weights, before)


def test_sampled_gates_are_hard_forwards_and_soft_backwards() -> None:
    gates = GateLogits(TINY, generator())
    sampled, genotype = gates.sampled(1.0, generator(2))
    for place in places_of(TINY):
        values = sampled[place].detach()
        assert torch.allclose(values.sum(1), torch.ones(len(values)))
        assert set(values.round().flatten().tolist()) <= {0.0, 1.0}
    supernet = build_supernet(TINY, Host(channels=2, image_size=6, image_channels=1), seed=1)
    images = torch.randn(4, 1, 6, 6)
    scores = supernet(images, choices_of(genotype, sampled))
    assert torch.allclose(scores, supernet(images, choices_of(genotype)), atol=1e-5)
    scores.square().sum().backward()
    touched = [row.grad for row in gates.parameters() if row.grad is not None]
    assert touched
    assert all(bool((row != 0).sum(1).max() > 1) for row in touched)  # others than the drawn one move too


@pytest.mark.parametrize("space", [SPACES["hierarchical"], TINY], ids=["hierarchical", "tiny"])
def test_derived_genotypes_build_networks_even_where_none_is_likeliest_everywhere(space: SearchSpace) -> None:
    gates = GateLogits(space, generator())
    assert builds_network(gates.derived())
    with torch.no_grad():
        for row in gates.parameters():
            row[:, 0] += 5
    assert builds_network(gates.derived())


def test_initial_gates_differ_between_motifs() -> None:
    gates = GateLogits(SPACES["hierarchical"], generator())
    assert not torch.equal(gates.logits((2, 1)), gates.logits((2, 2)))


def test_the_controller_learns_what_is_rewarded() -> None:
    """Each separable convolution of the first motif brings a reward."""
    controller, draws = Controller(TINY, generator()), generator(3)
    optimizer, baseline = torch.optim.Adam(controller.parameters(), lr=0.02), Baseline()

    def reward(count: int) -> float:
        total = 0.0
        for _ in range(count):
            genotype, logarithm, _ = controller.draw(draws)
            found = sum(row.count(3) for row in genotype.motif(2, 1)) / 3
            optimizer.zero_grad()
            (-baseline.advantage(found) * logarithm).backward()
            optimizer.step()
            total += found
        return total / count

    first = reward(30)
    reward(120)
    assert reward(30) > first + 0.1


def test_a_controllers_draws_build_networks_and_differ() -> None:
    controller = Controller(SPACES["hierarchical"], generator())
    with torch.no_grad():
        drawn = [controller.draw(generator(seed))[0] for seed in range(5)]
    assert all(builds_network(genotype) for genotype in drawn)
    assert len({genotype.text for genotype in drawn}) == 5
