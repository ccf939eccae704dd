"""The tree of a whole network's layers: it costs what the network costs, and its shapes go through."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES, SearchSpace, search_space
from search.evolution.networks.assembly import Infeasible
from search.evolution.networks.cost import Cost, network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.layer_tree import Layer, LayerTree
from search.evolution.networks.phenotype import build_phenotype

FOUR = {
    "levels": [{"motifs": 2, "nodes": 3}, {"motifs": 3, "nodes": 3}, {"motifs": 1, "nodes": 4}],
    "primitives": ["conv1x1", "dw3x3", "sep3x3", "max3x3", "avg3x3", "identity"],
}
SMALL = Host(channels=4, image_size=8, image_channels=1)


def drawn(space: SearchSpace, seed: int) -> Genotype:
    rng = random.Random(seed)
    while True:
        genotype = random_genotype(space, rng, mutations=60)
        try:
            build_phenotype(genotype)
        except Infeasible:
            continue
        return genotype


def leaves(tree: LayerTree, layer: Layer) -> list[Layer]:
    if not layer.opens:
        return [layer]
    graph = tree.inside(layer)
    inner = [leaf for part in graph.parts for leaf in leaves(tree, part.layer)]
    return [*inner, graph.projection] if graph.projection else inner


@pytest.mark.parametrize("space", [SPACES["hierarchical"], SPACES["flat"], search_space(FOUR)])
@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_layers_and_the_operations_in_them_cost_what_the_network_costs(space: SearchSpace, seed: int) -> None:
    genotype = drawn(space, seed)
    tree = LayerTree(genotype, SMALL)
    whole = network_cost(build_phenotype(genotype), SMALL)
    for parts in (tree.layers(), [leaf for layer in tree.layers() for leaf in leaves(tree, layer)]):
        total = sum((layer.cost for layer in parts), Cost())
        assert (total.parameters, total.multiply_adds, total.activations) == (
            whole.parameters,
            whole.multiply_adds,
            whole.activations,
        )


def test_every_layer_reads_what_the_one_before_it_gives() -> None:
    tree = LayerTree(drawn(SPACES["hierarchical"], 3), Host())
    layers = tree.layers()
    for before, after in pairwise(layers):
        assert (before.output_width, before.output_size) == (after.input_width, after.input_size)
    cell = next(layer for layer in layers if layer.kind == "cell")
    graph = tree.inside(cell)
    for part in graph.parts:
        assert part.layer.input_width == graph.widths[part.predecessor]
    for node in {part.successor for part in graph.parts}:
        joined = sum(part.layer.output_width for part in graph.parts if part.successor == node)
        assert joined == graph.widths[node]


def test_a_layer_is_found_by_its_path() -> None:
    tree = LayerTree(drawn(SPACES["hierarchical"], 3), Host())
    cell = next(layer for layer in tree.layers() if layer.kind == "cell")
    motif = tree.inside(cell).parts[0].layer
    inner = tree.inside(motif)
    for layer in (cell, motif, inner.parts[0].layer):
        assert tree.find(layer.path) == layer
    assert tree.find(f"{motif.path}/out") == inner.projection
    for path in ("", "99", f"{motif.path}/7-9", f"{inner.parts[0].layer.path}/1-2", "x/y"):
        assert tree.find(path) is None
