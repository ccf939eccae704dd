"""Canonical order: keys that never change, independent parts that add up, and an end to the search in any case."""

import json
import random
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.canonical import canonical_order
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import TooAlike, build_phenotype
from search.evolution.networks.refinement import MOST_WORK, Feeds, Work
from search.evolution.preview import preview_genotype

STORED = Path(__file__).with_name("stored_keys.json")
"""[[text, key], ...] of 1,500 random genotypes, many of them symmetric, as they were before the order was found island
by island: rows of every database have such keys."""

INDEPENDENT = (
    "1x12+1x7:3.30.300.3000.30000.033000.0330000.00030300.000330000.0000330000.00000033333:"
    "1.11.111.1111.11111.111111"
)
"""21 copies of a motif whose parts refinement cannot split: the search would have taken hours for their product."""


def test_keys_of_networks_stay_what_they_were() -> None:
    stored = json.loads(STORED.read_text())
    assert len(stored) > 1000
    changed = [text for text, key in stored if build_phenotype(parse_genotype(text)).key != key]
    assert not changed


def test_parts_that_are_independent_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[int] = []
    spend = Work.spend

    def counted(work: Work, amount: int) -> None:
        spent.append(amount)
        spend(work, amount)

    monkeypatch.setattr(Work, "spend", counted)
    assert len(build_phenotype(parse_genotype(INDEPENDENT)).operations) == 441
    assert 441 < sum(spent) < 100_000, "their product would be more than anybody could count"


def described(names: list[str], inputs: list[Feeds], output: Feeds) -> object:
    order = canonical_order(names, inputs, output)
    place = {old: new for new, old in enumerate(order, start=1)} | {0: 0}
    return [
        (names[old - 1], sorted((place[value], times) for value, times in inputs[old - 1].items()))
        for old in order
    ], sorted((place[value], times) for value, times in output.items())


def incidence(graph: "nx.Graph[int]", rng: random.Random) -> tuple[list[str], list[Feeds], Feeds]:
    """Nodes that read the input, edges that read two nodes, an output that reads all edges; numbered at random."""
    nodes = rng.sample(list(graph), len(graph))
    edges = rng.sample(list(graph.edges), graph.number_of_edges())
    number = {node: index for index, node in enumerate(nodes, start=1)}
    inputs: list[Feeds] = [{0: 1} for _ in nodes]
    inputs += [{number[one]: 1, number[other]: 1} for one, other in edges]
    output = {len(nodes) + index: 1 for index in range(1, len(edges) + 1)}
    return ["max3x3"] * len(nodes) + ["avg3x3"] * len(edges), inputs, output


@given(st.integers(0, 2**32))
def test_parts_of_several_kinds_are_described_alike_however_they_are_numbered(seed: int) -> None:
    rng = random.Random(seed)
    parts = [nx.cycle_graph(rng.randint(3, 5)) for _ in range(rng.randint(1, 5))]
    parts += [nx.complete_bipartite_graph(3, 3), nx.circular_ladder_graph(3)][: rng.randint(0, 2)]
    graph = nx.convert_node_labels_to_integers(nx.disjoint_union_all(parts))
    assert described(*incidence(graph, rng)) == described(*incidence(graph, rng))


def test_parts_that_refinement_takes_for_equal_are_told_apart() -> None:
    rng = random.Random(1)
    one = nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3))
    assert described(*incidence(one, rng)) != described(*incidence(nx.cycle_graph(6), rng))


def test_a_network_without_end_is_refused_with_the_reason() -> None:
    many = nx.disjoint_union_all([nx.random_regular_graph(3, 12, seed=seed) for seed in range(20)])
    with pytest.raises(TooAlike, match=f"too much alike .{MOST_WORK:,} comparisons"):
        canonical_order(*incidence(many, random.Random(1)))


def test_the_editor_says_that_a_network_cannot_be_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise TooAlike("none that could be recognised again")

    genotype = parse_genotype("1x4:3.30.022")
    monkeypatch.setattr("search.evolution.networks.phenotype.canonical_order", refuse)
    told = preview_genotype(genotype, Host(channels=9))
    assert told.network is None
    assert told.obstacles == ("It builds no network: none that could be recognised again.",)
