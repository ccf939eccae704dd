"""Hypothesis strategies over spaces and genotypes, and the oracle that phenotype keys are held against."""

import random

import networkx as nx
from hypothesis import strategies as st

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import SPACES, LevelShape, SearchSpace
from search.evolution.networks.assembly import SINK
from search.evolution.networks.phenotype import Infeasible, build_phenotype, wire

DEEP = SearchSpace(
    levels=(LevelShape(motifs=2, nodes=3), LevelShape(motifs=2, nodes=3), LevelShape(motifs=1, nodes=4)),
    primitives=("sep3x3", "max3x3", "identity"),
)
"""Four levels, few primitives: small enough that equal networks meet often."""

TINY = SearchSpace(levels=(LevelShape(motifs=1, nodes=5),), primitives=("conv1x1", "max3x3", "identity"))
"""One flat graph with few primitives: symmetries are common."""

spaces = st.sampled_from([SPACES["hierarchical"], SPACES["flat"], DEEP, TINY])


@st.composite
def genotypes(draw: st.DrawFn, space: SearchSpace | None = None) -> Genotype:
    """A random genotype of a space, dense or sparse; may be infeasible."""
    chosen = space or draw(spaces)
    levels = []
    for level in range(2, chosen.top + 1):
        shape = chosen.level(level)
        operation = st.integers(0, len(chosen.operations(level)))
        levels.append(
            tuple(
                tuple(tuple(draw(operation) for _ in range(row)) for row in range(1, shape.nodes))
                for _ in range(shape.motifs)
            )
        )
    return Genotype(chosen, tuple(levels))


def some_genotypes(space: SearchSpace, count: int, seed: int = 0) -> list[Genotype]:
    """Feasible or not, as initialisation draws them."""
    rng = random.Random(seed)
    return [random_genotype(space, rng) for _ in range(count)]


def network_graph(genotype: Genotype) -> "nx.MultiDiGraph[int]":
    """The network as a graph of operations, built without the canonical form: the oracle's side."""
    names, inputs, values = wire(genotype)
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_node(0, name="input")
    graph.add_node(-1, name="output")
    for index, name in enumerate(names, start=1):
        graph.add_node(index, name=name)
    for index, feeds in [*enumerate(inputs, start=1), (-1, values[SINK])]:
        for value, times in feeds.items():
            graph.add_edges_from([(value, index)] * times)
    return graph


def same_network(one: Genotype, other: Genotype) -> bool:
    """Whether both build isomorphic networks, decided by networkx."""
    return bool(
        nx.is_isomorphic(
            network_graph(one),
            network_graph(other),
            node_match=lambda left, right: left["name"] == right["name"],
        )
    )


def buildable(space: SearchSpace, count: int) -> list[Genotype]:
    """The first random genotypes of a space that build a network."""
    found, seed = list[Genotype](), 0
    while len(found) < count:
        seed += 1
        genotype = random_genotype(space, random.Random(seed))
        try:
            build_phenotype(genotype)
        except Infeasible:
            continue
        found.append(genotype)
    return found
