"""Dead edges, dead motifs, unused motifs, and the flat graph of what is alive."""

import networkx as nx
from hypothesis import assume, given

from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.networks.assembly import SINK, SOURCE, assemble
from tests.evolution.genotype_generators import genotypes


def test_the_published_cell_uses_four_of_its_six_motifs() -> None:
    alive = analyse(PUBLISHED["liu2018"].genotype)
    assert alive.unused_motifs == {(2, 2), (2, 6)}
    assert alive.uses == {(2, 1): 1, (2, 2): 0, (2, 3): 4, (2, 4): 1, (2, 5): 4, (2, 6): 0, (3, 1): 1}
    assert alive.feasible
    assert not alive.dead_motifs


def test_a_motif_whose_sink_is_dead_acts_as_none_one_level_up() -> None:
    # Motif 2 has no edge into its sink; the cell reaches its own sink only through motif 1.
    genotype = parse_genotype("2x3+1x3:6.06-6.00:2.11")
    alive = analyse(genotype)
    assert alive.dead_motifs == {(2, 2)}
    assert alive.live_edges == {(3, 1, 3, 1), (2, 1, 2, 1), (2, 1, 3, 2)}
    assert (3, 1, 2, 1) in alive.dead_edges
    assert (3, 1, 3, 2) in alive.dead_edges


def test_a_cell_that_only_dead_motifs_connect_is_infeasible() -> None:
    alive = analyse(parse_genotype("2x3+1x3:6.06-6.00:2.02"))
    assert not alive.feasible
    assert alive.reason == "no path of live operations leads from the cell's source to its sink"
    assert not alive.live_edges
    assert set(alive.uses.values()) == {0}


@given(genotypes())
def test_every_feature_map_of_the_flat_graph_lies_between_source_and_sink(genotype: Genotype) -> None:
    alive = analyse(genotype)
    assume(alive.feasible)
    graph = assemble(genotype)
    assert nx.is_directed_acyclic_graph(graph)
    assert nx.descendants(graph, SOURCE) | {SOURCE} == set(graph)
    assert nx.ancestors(graph, SINK) | {SINK} == set(graph)
    uses = sum(alive.uses[level, slot] for level, slot, _, _ in alive.live_edges)
    assert graph.number_of_edges() == uses
