"""What the editor is told of a genotype, against the functions that count and analyse."""

import random

import pytest

from search.evolution.estimates.training_cost import reading_bytes, recorded_seconds, training_bytes
from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.genotype import Genotype, trivial_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.mutation import apply_mutation, draw_mutation, random_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.slot_diff import edits, same_shape
from search.evolution.genotypes.space import SPACES, LevelShape, SearchSpace
from search.evolution.networks.cost import Cost, edge_costs, motif_costs, network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.preview import preview_genotype

CELL = PUBLISHED["liu2018"].genotype
HOST = Host()
PROTOCOL = PRESETS["paper-hierarchical"].config.protocol
FOUR_LEVELS = SearchSpace(
    levels=(LevelShape(motifs=3, nodes=4), LevelShape(motifs=4, nodes=3), LevelShape(motifs=1, nodes=4))
)


def feasible(space: SearchSpace, seed: int) -> Genotype:
    rng = random.Random(seed)
    while True:
        genotype = random_genotype(space, rng, mutations=100)
        if analyse(genotype).feasible:
            return genotype


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "space", [SPACES["hierarchical"], SPACES["flat"], FOUR_LEVELS], ids=["paper", "flat", "four levels"]
)
def test_numbers_are_those_of_the_cost_functions(space: SearchSpace, seed: int) -> None:
    genotype = feasible(space, seed)
    found = preview_genotype(genotype, HOST, protocol=PROTOCOL)
    assert found.network is not None
    assert found.training is not None
    phenotype = build_phenotype(genotype)
    assert found.network.cost == network_cost(phenotype, HOST)
    assert found.network.edges == edge_costs(genotype, HOST)
    assert found.network.motifs == motif_costs(genotype, HOST)
    assert found.training.memory_bytes == training_bytes(phenotype, HOST, PROTOCOL) + reading_bytes(PROTOCOL)


@pytest.mark.parametrize("seed", range(3))
def test_the_shares_of_the_cells_edges_and_the_host_make_up_the_network(seed: int) -> None:
    genotype = feasible(FOUR_LEVELS, seed)
    network = preview_genotype(genotype, HOST).network
    assert network is not None
    by_level = {level: Cost() for level in (2, 3, 4)}
    for (level, *_), cost in network.edges.items():
        by_level[level] += cost
    assert by_level[4] == network.cells
    assert network.cells.parameters < network.cost.parameters
    assert by_level[2].parameters < by_level[3].parameters < by_level[4].parameters  # projections stand above


@pytest.mark.parametrize("seed", range(5))
def test_a_change_is_the_difference_of_two_previews(seed: int) -> None:
    rng = random.Random(seed)
    start = feasible(SPACES["hierarchical"], seed)
    genotype = start
    while genotype == start or not analyse(genotype).feasible:
        genotype = apply_mutation(genotype, draw_mutation(genotype, rng))
    before, after = (preview_genotype(each, HOST, protocol=PROTOCOL) for each in (start, genotype))
    change = preview_genotype(genotype, HOST, protocol=PROTOCOL, start=start).change
    assert change is not None
    assert before.network is not None
    assert after.network is not None
    assert change.parameters == after.network.cost.parameters - before.network.cost.parameters
    assert change.multiply_adds == after.network.cost.multiply_adds - before.network.cost.multiply_adds
    assert change.depth == after.network.phenotype.depth - before.network.phenotype.depth
    assert change.live_edges == len(after.liveness.live_edges) - len(before.liveness.live_edges)
    assert change.edges == len(edits(start, genotype) or ())


def test_without_a_network_there_are_no_numbers_and_the_reason_is_told() -> None:
    broken = (
        CELL.with_edge(3, 1, 5, 4, 0)
        .with_edge(3, 1, 5, 3, 0)
        .with_edge(3, 1, 5, 2, 0)
        .with_edge(3, 1, 5, 1, 0)
    )
    found = preview_genotype(broken, HOST, protocol=PROTOCOL, start=CELL)
    assert found.network is None
    assert found.training is None
    assert found.obstacles == (
        "It builds no network: no path of live operations leads from the cell's source to its sink.",
    )
    assert found.change is not None
    assert (found.change.edges, found.change.parameters) == (4, None)


def test_a_limit_on_parameters_is_an_obstacle_the_stricter_of_two() -> None:
    assert preview_genotype(CELL, HOST).obstacles == ()
    [said] = preview_genotype(CELL, HOST, max_parameters=1000).obstacles
    assert "the search space allows 1,000" in said
    flat = trivial_genotype(SPACES["flat-constrained"])
    assert preview_genotype(flat, HOST, max_parameters=10**9).obstacles == ()


def test_warnings_name_dead_edges_and_motifs_that_do_nothing() -> None:
    genotype = trivial_genotype(SPACES["hierarchical"]).with_edge(2, 3, 4, 3, 0).with_edge(2, 1, 2, 1, 3)
    genotype = genotype.with_edge(2, 2, 4, 1, 2)
    said = preview_genotype(genotype, HOST).warnings
    assert said == (
        "15 edges carry an operation but do not reach the network, all of them in unused motifs.",
        "M3 acts as no edge: no path leads from source to sink.",
        "M2, M4, M5 and M6 are unused: no live edge carries them.",
    )


def test_a_network_of_identities_alone_is_warned_of() -> None:
    said = preview_genotype(trivial_genotype(SPACES["flat"]), HOST).warnings
    assert said == ("It computes nothing: only identities lie between the cell's source and its sink.",)


def test_genotypes_of_one_shape_differ_edge_by_edge_and_others_not_at_all() -> None:
    one = trivial_genotype(SPACES["flat"])
    other = trivial_genotype(SPACES["flat-constrained"]).with_edge(2, 1, 3, 1, 4)
    assert same_shape(one.space, other.space)
    [edit] = edits(one, other) or ()
    assert (edit.successor, edit.predecessor, edit.old, edit.new) == (3, 1, 0, 4)
    assert edits(one, CELL) is None


def test_time_follows_what_was_recorded_once_enough_was() -> None:
    assert recorded_seconds(100, [(100, 5.0), (200, 6.0)]) is None
    assert recorded_seconds(10**6, [(100, 4.0), (200, 5.0), (300, 6.0)]) == 5.0
    line = [(size, 2.0 + size / 100) for size in range(100, 1100, 100)]
    assert recorded_seconds(2000, line) == pytest.approx(22.0)
    assert recorded_seconds(0, line) == pytest.approx(2.0)
    assert recorded_seconds(50, [(size, size / 100) for size in range(100, 1100, 100)]) == pytest.approx(0.5)
