"""Laws of the tree: statistics against brute force, transpositions, the bounds by hand."""

import math
import random
from collections import Counter

import pytest

from search.evolution.genotypes.draws import drawn_genotype
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import search_space
from search.evolution.strategies.tree_search import TreeSearchConfig
from search.learning.base import Observation
from search.learning.edge_decisions import decisions_of
from search.learning.known_networks import network_key
from search.learning.search_tree import ROOT, SearchTree
from search.learning.tree_search import TreeSearch

SPACE = search_space({"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]})


def searcher(**told: object) -> TreeSearch:
    model = TreeSearch(TreeSearchConfig(**told), SPACE, lambda _: True)
    model.load(None)
    return model


def some(count: int) -> list[Observation]:
    rng, found = random.Random(3), list[Observation]()
    while len(found) < count:
        genotype = drawn_genotype(SPACE, rng, mutations=30)
        if network_key(genotype):
            found.append(Observation(len(found), genotype, rng.random(), 1, None))
    return found


def prefix_of(tree: SearchTree, node: int) -> tuple[int, ...]:
    return tuple(tree.actions[above] for above in tree.way_up(node)[-2::-1])


def path_of(genotype: Genotype) -> tuple[int, ...]:
    return tuple(chosen for _, chosen in decisions_of(genotype))


def test_visits_and_values_of_every_node_are_those_of_a_count_by_hand() -> None:
    model, rows = searcher(), some(120)
    for first in range(0, len(rows), 7):
        model.update(rows[first : first + 7], random.Random(1), lambda: None)
        content = model.state()
        model.load(content)
        assert model.state() == content
    values = [row.fitness for row in rows]
    lowest, highest = sorted(values)[6], max(values)  # the worst twentieth of 120 counts as 0
    assert (model.tree.lowest, model.tree.highest) == (lowest, highest)
    nodes: dict[tuple[int, ...], dict[str, float]] = {(): {}}
    for row in rows:
        path, depth = path_of(row.genotype), 0
        while depth < len(path) and path[:depth] in nodes:
            depth += 1
        for length in range(depth + 1):
            met = nodes.setdefault(path[:length], {})
            met.setdefault(
                network_key(row.genotype), min(1, max(0, (row.fitness - lowest) / (highest - lowest)))
            )
    tree = model.tree
    assert len(tree.parents) == len(nodes) > 60
    for node in range(len(tree.parents)):
        met = nodes[prefix_of(tree, node)]
        assert tree.visits[node] == len(met) > 0
        assert tree.totals[node] == pytest.approx(sum(met.values()))


def test_a_network_that_comes_by_two_ways_counts_once_in_each_node() -> None:
    tree = SearchTree()
    for path, key in [
        ((1, 0, 2), "a"),
        ((1, 0, 2), "b"),
        ((1, 2, 0), "a"),
        ((2, 0, 1), "a"),
        ((1, 0, 2), "a"),
    ]:
        tree.add(path, key, 0.5, key)
    tree.count()
    visits = {prefix_of(tree, node): tree.visits[node] for node in range(len(tree.parents))}
    assert visits == {(): 2, (1,): 2, (1, 0): 2, (1, 2): 1, (2,): 1, (1, 0, 2): 1}


def test_bounds_are_those_of_ucb1_and_what_was_never_taken_comes_first() -> None:
    tree = SearchTree()
    for number, (path, reward) in enumerate([((0,), 0.2), ((0,), 0.4), ((1,), 1.0)]):
        tree.add(path, str(number), reward, "")
    tree.count()
    assert (tree.lowest, tree.highest) == (0.2, 1.0)
    bounds = tree.confidence_bounds(ROOT, [0, 1, 2], 0.5, Counter())
    assert bounds[0] == pytest.approx(0.125 + 0.5 * math.sqrt(2 * math.log(3) / 2))
    assert bounds[1] == pytest.approx(1.0 + 0.5 * math.sqrt(2 * math.log(3) / 1))
    assert bounds[2] == math.inf
    under_way = tree.confidence_bounds(ROOT, [0, 1, 2], 0.5, Counter({(ROOT, 1): 3, (ROOT, 2): 1}))
    assert under_way[1] == pytest.approx(1.0 + 0.5 * math.sqrt(2 * math.log(7) / 4))
    assert under_way[2] < math.inf


def test_one_batch_spreads_out_and_repeats_no_network() -> None:
    model = searcher(exploration=0.1, rollout="best")
    model.update(some(40), random.Random(1), lambda: None)
    ideas = model.propose(12, random.Random(2), lambda: None)
    keys = [network_key(idea.genotype) for idea in ideas]
    assert len(set(keys)) == 12
    assert not set(keys) & {network_key(row.genotype) for row in some(40)}
    assert len({path_of(idea.genotype)[:2] for idea in ideas}) > 1
    assert all(idea.why.startswith("visited ") for idea in ideas)


def test_a_rollout_without_changes_follows_the_best_network_of_its_branch() -> None:
    model, rows = searcher(exploration=0.0, rollout="best", rollout_change=0.0), some(60)
    model.update(rows, random.Random(1), lambda: None)
    idea = model.propose(1, random.Random(2), lambda: None)[0]
    apart = min(
        sum(one != other for one, other in zip(path_of(idea.genotype), path_of(row.genotype), strict=False))
        for row in rows
    )
    assert apart <= 2


def test_a_space_that_is_used_up_is_proposed_again() -> None:
    space = search_space({"levels": [{"motifs": 1, "nodes": 2}], "primitives": ["sep3x3", "conv1x1"]})
    model = TreeSearch(TreeSearchConfig(), space, lambda _: True)
    model.load(None)
    ideas = model.propose(5, random.Random(1), lambda: None)
    assert len(ideas) == 5
    assert len({idea.genotype.text for idea in ideas}) == 2
