"""Function-preserving edits: in evaluation mode the child computes what its parent does."""

from collections.abc import Iterator
from itertools import islice

import pytest
import torch

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.training.inheritance.carrying import inherit
from search.training.network.hosts import Network, build_network
from tests.evolution.genotype_generators import buildable
from tests.training.cases import PAIR, networks

HOST = Host(channels=3, image_size=6, image_channels=1)
SPACE = SPACES["hierarchical"]
CONV1X1, DEPTHWISE, SEPARABLE, IDENTITY = 1, 2, 3, 6


def trained_network(genotype: Genotype) -> Network:
    """With normalisations that have seen something."""
    network = build_network(build_phenotype(genotype), HOST, seed=3)
    with torch.no_grad():
        for part in network.modules():
            if isinstance(part, torch.nn.BatchNorm2d):
                for value in (part.weight, part.bias, part.running_mean, part.running_var):
                    assert value is not None
                    value.add_(0.1 * torch.rand(value.shape))
    return network.eval()


def difference(parent: Genotype, child: Genotype) -> float:
    """Of the scores, relative to the largest."""
    before, after = trained_network(parent), build_network(build_phenotype(child), HOST, seed=9)
    inherit(parent, before, child, after, HOST, 5)
    images = torch.randn(4, 1, 6, 6)
    with torch.no_grad():
        one, other = before(images), after.eval()(images)
    return float((one - other).abs().max() / one.abs().max())


def children(parent: Genotype, level: int, old: set[int], new: set[int]) -> Iterator[Genotype]:
    """Two that one edit from an operation of `old` to one of `new` makes, where another network comes of it."""
    return islice(_children(parent, level, old, new), 2)


def _children(parent: Genotype, level: int, old: set[int], new: set[int]) -> Iterator[Genotype]:
    for slot in range(1, SPACE.level(level).motifs + 1):
        for successor in range(2, SPACE.level(level).nodes + 1):
            for predecessor in range(1, successor):
                if parent.edge(level, slot, successor, predecessor) not in old:
                    continue
                for operation in new:
                    child = parent.with_edge(level, slot, successor, predecessor, operation)
                    if build_phenotype(child).key != build_phenotype(parent).key:
                        yield child


@pytest.mark.parametrize(
    "level, old, new",
    [
        (2, {0}, {CONV1X1, SEPARABLE, DEPTHWISE, 4, 5, IDENTITY}),
        (3, {0}, {1, 2, 3, 4, 5, 6}),
        (2, {IDENTITY}, {DEPTHWISE}),
        (2, {CONV1X1}, {SEPARABLE}),
    ],
    ids=["add an edge of a motif", "add a motif to the cell", "identity to depthwise", "1x1 to separable"],
)
def test_an_edit_that_claims_to_preserve_the_function_does(level: int, old: set[int], new: set[int]) -> None:
    tried = 0
    for parent in buildable(SPACE, 3):
        for child in children(parent, level, old, new):
            assert difference(parent, child) < 1e-5
            tried += 1
    assert tried >= 2


def test_the_same_network_inherits_everything() -> None:
    [parent] = buildable(SPACE, 1)
    assert difference(parent, parent) < 1e-5


def test_an_edit_that_does_not_preserve_the_function_changes_it() -> None:
    [parent, *_] = buildable(SPACE, 2)
    removed = children(parent, 2, {CONV1X1, SEPARABLE, DEPTHWISE}, {0, 4})
    assert any(difference(parent, child) > 1e-3 for child in removed)


def test_an_edge_added_to_either_cell_of_a_pair_keeps_what_the_network_computes() -> None:
    worst, edges = 0.0, 0
    for parent in (genotype for genotype, _ in networks(PAIR, 3)):
        for slot in PAIR.cell_slots:
            motif = parent.motif(PAIR.top, slot)
            empty = [
                place for place in ((2, 1), (3, 1), (4, 1), (4, 2)) if not motif[place[0] - 2][place[1] - 1]
            ]
            for successor, predecessor in empty[:1]:
                child = parent.with_edge(PAIR.top, slot, successor, predecessor, 1)
                edges += 1
                worst = max(worst, difference(parent, child))
    assert edges > 1
    assert worst < 1e-5
