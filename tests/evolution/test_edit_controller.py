"""The controller that chooses edits: which edits there are, and that it learns which of them pay."""

import json
import random

import pytest

from search.evolution.experiments.config import experiment_config
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.genotypes.liveness import analyse
from search.evolution.genotypes.preserving_edits import EDIT_KINDS, LATER_KINDS, preserving_edits
from search.evolution.genotypes.space import SPACES
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import PAPER_HOST
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies.edit_controller import (
    EditController,
    EditsConfig,
    feature_names,
    key_of,
    reward,
)
from search.evolution.strategies.list_population import ListPopulation
from search.learning.rehearsal import Rehearsal
from tests.evolution.genotype_generators import buildable

SPACE = SPACES["hierarchical"]


def test_the_edits_of_a_small_network_are_those_of_the_table() -> None:
    genotype = parse_genotype("2x3+1x3:6.01-0.00:1.01")
    named = {edit.mutation.describe(genotype.space): edit.kind for edit in preserving_edits(genotype)}
    assert named["M1: 1→2 identity → dw3x3"] == "identity to depthwise"
    assert named["M1: 2→3 conv1x1 → sep3x3"] == "1x1 to separable"
    assert named["M1: 1→3 none → max3x3"] == "add an edge"
    assert named["L3: 1→3 none → M1"] == "add a motif"
    # The second motif is nothing that a cell could use, and nothing of it is changed.
    assert not [name for name in named if "M2" in name]
    # Every use of the motif reads the cell's width, and a convolution of that width can pass it on.
    assert named["M1: 1→2 identity → conv1x1"] == "identity to 1x1"
    assert named["M1: 1→2 identity → sep3x3"] == "identity to separable"
    assert len(named) == 1 + 1 + 6 + 2 - 1 + 2


def test_an_identity_that_reads_more_than_the_cells_width_in_one_use_of_its_motif_becomes_no_convolution() -> (
    None
):
    narrow = parse_genotype("2x3+1x3:6.01-0.00:1.01")
    joined = narrow.with_edge(3, 1, 3, 1, 1).with_edge(
        2, 1, 3, 1, 6
    )  # M1's sink joins two; the cell's sink, too
    kinds = {edit.mutation.describe(joined.space): edit.kind for edit in preserving_edits(joined)}
    assert kinds["M1: 1→2 identity → conv1x1"] == kinds["M1: 1→3 identity → conv1x1"] == "identity to 1x1"
    wide = parse_genotype("2x3+1x4:6.01-1.01:1.21.001")  # node 3 of the cell joins two, and M1 reads it
    assert "M1: 1→2 identity → conv1x1" not in {
        edit.mutation.describe(wide.space) for edit in preserving_edits(wide)
    }


def test_a_motif_may_give_way_to_one_that_has_all_its_edges_and_to_no_other() -> None:
    genotype = parse_genotype("3x3+1x3:1.01-1.31-1.02:1.01")
    larger = [edit for edit in preserving_edits(genotype) if edit.kind == "a motif to a larger one"]
    assert {edit.mutation.describe(genotype.space) for edit in larger} == {
        "L3: 1→2 M1 → M2",
        "L3: 2→3 M1 → M2",
    }


def test_a_controller_that_was_kept_before_there_were_later_kinds_goes_on() -> None:
    strategy = EditController(EditsConfig(), SPACE, lambda _: True)
    before = len(feature_names(SPACE)) - len(LATER_KINDS)
    kept = {"weights": [0.5] * before, "gains": [0.0, 0.0, 0], "open": {}, "known": []}
    strategy.restore(kept)
    assert [strategy.weights[kind] for kind in EDIT_KINDS] == [0.5] * len(EDIT_KINDS)
    assert [strategy.weights[kind] for kind in LATER_KINDS] == [0.0] * len(LATER_KINDS)
    assert len(strategy.save()["weights"]) == len(feature_names(SPACE))


@pytest.mark.parametrize("number", range(5))
def test_each_edit_changes_the_network_and_only_adds_to_it(number: int) -> None:
    genotype = buildable(SPACE, 5)[number]
    phenotype = build_phenotype(genotype)
    parameters = network_cost(phenotype, PAPER_HOST).parameters
    edits = preserving_edits(genotype)
    assert {edit.kind for edit in edits} <= {*EDIT_KINDS, *LATER_KINDS}
    for edit in random.Random(number).sample(edits, min(12, len(edits))):
        child = build_phenotype(edit.applied(genotype))
        assert child.key != phenotype.key
        assert network_cost(child, PAPER_HOST).parameters >= parameters


def grown(config: EditsConfig, pays: str, rounds: int) -> EditController:
    """A search in which edits of one kind raise the fitness and all others lower it."""
    strategy, population = EditController(config, SPACE, lambda _: True), ListPopulation()
    rng = random.Random(2)
    for step in range(rounds):
        proposal = strategy.propose(population, rng, step)
        fitness = 0.5
        if proposal.parent is not None:
            edits = preserving_edits(population.genotype(proposal.parent))
            [kind] = [edit.kind for edit in edits if edit.mutation == proposal.mutation]
            fitness = proposal.parent.fitness + (0.002 if kind == pays else -0.002)
        population.add(proposal.genotype, fitness, step=step, parameters=1, multiply_adds=1, depth=1)
        strategy.observe(*population.rows[-1])
        strategy.restore(json.loads(json.dumps(strategy.save())))
    return strategy


@pytest.mark.parametrize("pays", ["identity to depthwise", "add a motif"])
def test_it_learns_which_kind_of_edit_pays(pays: str) -> None:
    strategy = grown(EditsConfig(initial_population=5, initial_mutations=50, first_edges=20), pays, 120)
    kinds = {kind: strategy.weights[kind] for kind in EDIT_KINDS}
    assert max(kinds, key=kinds.__getitem__) == pays
    assert kinds[pays] > 0.3


def test_it_begins_small_and_grows_by_one_edit_a_child() -> None:
    config = experiment_config(
        {"strategy": {"kind": "edits", "initial_population": 4, "initial_mutations": 50}}
    )
    run = Rehearsal(config, lambda genotype: min(0.9, len(analyse(genotype).live_edges) / 50)).run(30)
    sizes = [len(analyse(row.genotype).live_edges) for row in run.proposals]
    assert max(sizes[:4]) <= 8
    assert max(sizes) > 12
    assert all(row.mutation is not None and row.why for row in run.proposals[4:])
    assert len({key_of(row.genotype) for row in run.proposals[4:]}) == 26


def test_the_last_per_cents_are_worth_the_most() -> None:
    assert reward(0.95) - reward(0.94) > 5 * (reward(0.55) - reward(0.54)) > 0
    assert reward(1.0) == reward(0.999)


def test_weights_have_the_names_of_what_they_weigh() -> None:
    names = feature_names(SPACE)
    assert len(names) == len(set(names)) == 4 + 3 + 6 + 6 + 6 + 10
