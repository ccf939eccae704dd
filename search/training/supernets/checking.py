"""The supernet against the straightforward network, in float64: forward, gradients, and controls that must differ."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import apply_mutation, draw_mutation, random_genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype, builds_network
from search.training.network.reference import reference_network
from search.training.supernets.alignment import WeightPair, copy_to_network, weight_pairs
from search.training.supernets.choices import choices_of
from search.training.supernets.supernet import Supernet, build_supernet

BATCH = 4


@dataclass(frozen=True)
class Comparison:
    """Of one genotype. Differences are relative to the largest value."""

    genotype: Genotype
    scores: float
    gradients: float
    absent: float
    """Largest gradient in columns of absent producers."""
    mutated: float | None
    """Difference to a network with one gene changed: must not be small. None: no such network was found."""
    swapped: float | None
    """Difference once one 1x1 convolution's columns stand in reverse; None: it has none of several columns."""


def compare_many(
    space: SearchSpace, host: Host, count: int, seed: int, report: Callable[[Comparison], None]
) -> list[Comparison]:
    """Random feasible genotypes, each on its own images."""
    supernet = build_supernet(space, host, seed=seed).double()
    found = []
    for number, genotype in enumerate(_genotypes(space, random.Random(seed))):
        if number == count:
            break
        found.append(_compare(supernet, genotype, random.Random(seed + number)))
        report(found[-1])
    return found


def _genotypes(space: SearchSpace, rng: random.Random) -> Iterator[Genotype]:
    while True:
        genotype = random_genotype(space, rng)
        if builds_network(genotype):
            yield genotype


def _compare(supernet: Supernet, genotype: Genotype, rng: random.Random) -> Comparison:
    host = supernet.host
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    shape = (BATCH, host.image_channels, host.image_size, host.image_size)
    images = torch.randn(shape, generator=generator, dtype=torch.float64)
    labels = torch.randint(host.classes, (BATCH,), generator=generator)
    network = reference_network(genotype, host).double()
    copy_to_network(supernet, genotype, network)
    supernet.zero_grad()
    scores, expected = supernet(images, choices_of(genotype)), network(images)
    torch.nn.functional.cross_entropy(scores, labels).backward()
    torch.nn.functional.cross_entropy(expected, labels).backward()
    pairs = list(weight_pairs(supernet, genotype, network))
    gradients = [_relative(pair.columns(_gradient(pair)), _own(pair)) for pair in pairs]
    absent = [float(pair.rest(_gradient(pair)).abs().sum()) for pair in pairs]
    swapped = _swapped(supernet, genotype, pairs, images, expected)
    return Comparison(
        genotype,
        _relative(scores, expected),
        max(gradients),
        max(absent) + _elsewhere(supernet, pairs),
        _mutated(supernet, genotype, rng, images, expected),
        swapped,
    )


def _gradient(pair: WeightPair) -> Tensor:
    assert pair.supernet.grad is not None
    return pair.supernet.grad


def _own(pair: WeightPair) -> Tensor:
    assert pair.network.grad is not None
    return pair.network.grad


def _elsewhere(supernet: Supernet, pairs: list[WeightPair]) -> float:
    """Gradients of weights that the genotype does not use at all."""
    used = {id(pair.supernet) for pair in pairs}
    others = [row.grad for row in supernet.parameters() if id(row) not in used and row.grad is not None]
    return float(sum(gradient.abs().sum() for gradient in others))


def _relative(found: Tensor, expected: Tensor) -> float:
    return float((found - expected).detach().abs().max() / (expected.detach().abs().max() + 1e-12))


def _mutated(
    supernet: Supernet, genotype: Genotype, rng: random.Random, images: Tensor, expected: Tensor
) -> float | None:
    """One gene changed so that another network comes of it: the supernet must tell the two apart."""
    key = build_phenotype(genotype).key
    for _ in range(100):
        other = apply_mutation(genotype, draw_mutation(genotype, rng))
        if builds_network(other) and build_phenotype(other).key != key:
            with torch.no_grad():
                return _relative(supernet(images, choices_of(other)), expected)
    return None


def _swapped(
    supernet: Supernet, genotype: Genotype, pairs: list[WeightPair], images: Tensor, expected: Tensor
) -> float | None:
    """Columns of the wrong producers: the bug that this construction is there to exclude."""
    for pair in pairs:
        if pair.places is None or pair.dimension != 1 or len(pair.places) < 2 or pair.supernet.dim() != 4:
            continue
        kept = pair.supernet.detach().clone()
        with torch.no_grad():
            pair.supernet[:, pair.places] = kept[:, pair.places.flip(0)]
            found = _relative(supernet(images, choices_of(genotype)), expected)
            pair.supernet.copy_(kept)
        return found
    return None
