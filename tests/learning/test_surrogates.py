"""Surrogates in a search: predictions against the truth, stages, steps, and what stays bounded."""

import random
from functools import cache
from typing import Any, cast

import pytest

from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.strategies.feasibility import is_acceptable
from search.evolution.strategies.progressive import ProgressiveConfig, live_edges, thinned
from search.learning.base import Idea, Observation, Report
from search.learning.rehearsal import Rehearsal
from search.learning.surrogates.archive import Archive
from search.learning.surrogates.bayesian import Bayesian
from search.learning.surrogates.embedding import Embedding
from search.learning.surrogates.normal_form import normal_form
from search.learning.surrogates.progressive import Progressive, grown
from tests.learning.renaming import renamed, some

MODELS: dict[str, Any] = {"bayesian": Bayesian, "progressive": Progressive, "embedding": Embedding}
QUICK: dict[str, dict[str, Any]] = {
    "progressive": {"epochs": 20, "pool": 40, "beam": 15},
    "bayesian": {"pool": 60},
    "embedding": {"epochs": 60, "pool": 60},
}
every_model = pytest.mark.parametrize("kind", MODELS)


def told(kind: str, **more: Any) -> ExperimentConfig:
    strategy = {"kind": kind, "initial_population": 20, "drafts": 10} | QUICK[kind] | more
    return experiment_config({"space": "hierarchical", "strategy": strategy})


def by_size(genotype: Genotype) -> float:
    """What every predictor should find out: the more live edges, the better."""
    return live_edges(genotype) / genotype.space.genes


@cache
def searched(kind: str) -> Rehearsal:
    """One search, that several tests look at."""
    return Rehearsal(told(kind), by_size).run(50)


def model(run: Rehearsal, kind: str) -> Any:
    """The learner as it is in the next version."""
    learner = MODELS[kind](run.config.strategy, run.config.space, lambda row: is_acceptable(row, run.config))
    learner.load(run.content)
    return learner


def numbers_after(learner: Any) -> tuple[list[Idea], Report]:
    ideas = learner.propose(10, random.Random(1), lambda: None)
    return ideas, learner.report()


@every_model
def test_drafts_carry_their_predictions_and_these_are_held_against_what_is_found(kind: str) -> None:
    run = searched(kind)
    assert all(proposal.why.startswith("predicted ") for proposal in run.proposals[20:])
    ideas, report = numbers_after(model(run, kind))
    assert len(ideas) == 10
    assert report.numbers["rank_correlation"] > 0
    against = report.tables[0]
    assert against.columns[:4] == ("Individual", "Predicted", "±", "Found")
    step, predicted, _, found, _ = against.rows[0]
    row = run.proposals[int(step[1:])]
    assert f"{100 * by_size(row.genotype):.2f} %" == found
    assert row.why.startswith(f"predicted {float(predicted[:-2]):.1f}")


@every_model
def test_no_network_is_proposed_twice_while_there_are_others(kind: str) -> None:
    run = searched(kind)
    drafts = [normal_form(proposal.genotype).key for proposal in run.proposals[20:]]
    assert len(set(drafts)) == len(drafts)


@every_model
def test_a_model_is_read_back_as_it_was_and_proposes_the_same(kind: str) -> None:
    run = searched(kind)
    one, other = model(run, kind), model(run, kind)
    assert one.state() == run.content
    assert numbers_after(one) == numbers_after(other)


@every_model
def test_what_it_remembers_is_bounded_however_long_the_search(kind: str) -> None:
    learner = model(Rehearsal(told(kind, points=30), by_size), kind)
    rows = [
        Observation(step, genotype, by_size(genotype), 1, None)
        for step, genotype in enumerate(some("hierarchical", 300))
    ]
    learner.update(rows, random.Random(0), lambda: None)
    assert len(learner.archive.points) == 30
    best = max(row.fitness for row in rows)
    assert learner.archive.fittest()[0].fitness >= best
    assert rows[-1].genotype in [point.genotype for point in learner.archive.points.values()]


@pytest.mark.parametrize("option", [{"kernel": "edit_distance"}, {"acquisition": "upper_bound"}])
def test_the_kernel_and_the_acquisition_may_be_chosen(option: dict[str, str]) -> None:
    run = Rehearsal(told("bayesian", **option), by_size).run(30)
    _, report = numbers_after(model(run, "bayesian"))
    views = " ".join(str(row[0]) for row in report.tables[-1].rows)
    assert ("edit distance" in views) == ("kernel" in option)
    assert ("upper bound" in run.proposals[-1].why) == ("acquisition" in option)


def test_equal_networks_are_one_point_with_their_mean_fitness() -> None:
    [genotype] = some("hierarchical", 1)
    archive = Archive(genotype.space, 10)
    archive.add(Observation(0, genotype, 0.5, 1, None))
    archive.add(Observation(1, renamed(genotype, random.Random(0)), 0.7, 1, None))
    [point] = archive.fittest()
    assert point.fitness == pytest.approx(0.6)
    assert (point.count, point.step) == (2, 0)


def test_progressive_search_grows_from_stage_to_stage() -> None:
    run = Rehearsal(told("progressive", stages=4, first_edges=12, drafts=15), by_size).run(65)
    sizes = [live_edges(proposal.genotype) for proposal in run.proposals]
    # 46 edges in all: 12, then a third of the rest more with each stage of 15.
    assert max(sizes[:20]) <= 12
    assert 12 < max(sizes[20:35]) <= 23
    assert 23 < max(sizes[35:50]) <= 35
    assert run.proposals[25].why.endswith("stage 2 of 4")
    assert run.proposals[-1].why.endswith("stage 4 of 4")


def test_thinning_and_growing_keep_to_their_bounds_and_build_networks() -> None:
    rng, config = random.Random(4), told("progressive")
    assert isinstance(config.strategy, ProgressiveConfig)
    for genotype in some("hierarchical", 10):
        thin = thinned(genotype, 15, rng, lambda row: is_acceptable(row, config))
        assert live_edges(thin) <= 15
        assert is_acceptable(thin, config)
        large = grown(thin, 22, 24, rng)
        assert live_edges(thin) <= live_edges(large) <= 24
        assert is_acceptable(large, config)


def test_a_step_in_the_embedding_changes_some_edges_of_the_network_it_began_from() -> None:
    run = searched("embedding")
    learner = cast(Embedding, model(run, "embedding"))
    ideas, report = numbers_after(learner)
    stepped = [row for row in ideas if "a step of" in row.why]
    assert stepped
    assert len(learner.steps) == len(stepped)
    for step, _ in learner.steps:
        assert step.changed >= 1
        assert 0 < step.length <= 1
        assert f"#{step.parent.step}" in [row[0] for row in report.tables[1].rows]
    assert 0 < report.numbers["reproduced"] <= 1


@every_model
def test_a_space_that_has_no_new_network_left_still_gets_drafts(kind: str) -> None:
    space = {"levels": [{"motifs": 1, "nodes": 2}], "primitives": ["sep3x3", "conv1x1"]}
    strategy = {"kind": kind, "initial_population": 4} | QUICK[kind]
    learner = model(Rehearsal(experiment_config({"space": space, "strategy": strategy}), by_size), kind)
    rng = random.Random(1)
    rows = [random_genotype(learner.space, rng, mutations=5) for _ in range(20)]
    seen = [Observation(0, row, 0.5, 1, None) for row in rows if learner.accept(row)]
    learner.update(seen, rng, lambda: None)
    ideas = learner.propose(5, rng, lambda: None)
    assert ideas
    assert {idea.why for idea in ideas} == {"no new network was found: a known one again"}
