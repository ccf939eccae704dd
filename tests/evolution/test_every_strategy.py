"""The contract of strategies, learned ones included: every row of the table passes the same suite."""

import json
import random
from typing import Any

import pytest
from django.utils.module_loading import import_string

from search.evolution.evaluation import instant_fitness
from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies import STRATEGIES, NoCandidate, make_strategy
from search.evolution.strategies.feasibility import is_acceptable
from search.evolution.strategies.list_population import ListPopulation
from search.learning.rehearsal import Rehearsal

every_strategy = pytest.mark.parametrize("kind", STRATEGIES)
every_space = pytest.mark.parametrize(
    "space",
    [
        "hierarchical",
        "flat",
        {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 4}]},
        {"levels": [{"motifs": 1, "nodes": 2}], "primitives": ["sep3x3", "conv1x1"]},
        {"levels": [{"motifs": 3, "nodes": 3}, {"motifs": 2, "nodes": 4}], "reduction_cell": True},
    ],
    ids=["hierarchical", "flat", "four levels", "one edge", "pair"],
)
MOST_STATE = 64_000
"""Characters of JSON that a step writes for a strategy."""
MOST_CONTENT = 2_000_000
"""Bytes of what a model keeps from one version to the next."""


QUICK: dict[str, dict[str, Any]] = {
    "progressive": {"epochs": 5, "pool": 40},
    "bayesian": {"pool": 40},
    "embedding": {"epochs": 5, "pool": 40, "drafts": 10, "points": 300},
}
"""Models that are trained for seconds as published: the contract asks how they behave, not how good they are."""


def document(kind: str, space: object = "hierarchical", **strategy: Any) -> ExperimentConfig:
    told = {"kind": kind, "initial_population": 5, "initial_mutations": 50} | QUICK.get(kind, {}) | strategy
    return experiment_config({"space": space, "strategy": told})


def by_function(genotype: Genotype) -> float:
    return instant_fitness(build_phenotype(genotype))


@every_strategy
@every_space
def test_it_proposes_networks_of_the_space_and_repeats_itself_from_one_seed(kind: str, space: object) -> None:
    config = document(kind, space)
    first = Rehearsal(config, by_function).run(14)
    assert first.proposals == Rehearsal(config, by_function).run(14).proposals
    assert all(proposal.genotype.space == config.space for proposal in first.proposals)
    assert all(is_acceptable(proposal.genotype, config) for proposal in first.proposals)
    assert [proposal.origin for proposal in first.proposals[:5]] == ["initial"] * 5


@every_strategy
def test_another_seed_proposes_other_networks(kind: str) -> None:
    one = document(kind)
    other = one.model_copy(update={"seed": 7})
    assert Rehearsal(one, by_function).run(8).proposals != Rehearsal(other, by_function).run(8).proposals


@every_strategy
def test_it_keeps_to_the_parameter_limit(kind: str) -> None:
    space = {"levels": [{"motifs": 6, "nodes": 4}, {"motifs": 1, "nodes": 5}], "max_parameters": 250_000}
    config = document(kind, space)
    host = config.protocol.shape_host
    run = Rehearsal(config, by_function).run(25)
    sizes = [network_cost(build_phenotype(row.genotype), host).parameters for row in run.proposals]
    assert max(sizes) <= 250_000


@every_strategy
def test_failed_evaluations_are_survived(kind: str) -> None:
    outcomes = random.Random(3)

    def often_none(genotype: Genotype) -> float | None:
        return by_function(genotype) if outcomes.random() < 0.4 else None

    run = Rehearsal(document(kind), often_none).run(30)
    assert len(run.population) == sum(value is not None for value in run.found) < 25


@every_strategy
def test_a_search_whose_evaluations_all_fail_goes_on(kind: str) -> None:
    run = Rehearsal(document(kind), lambda _: None).run(12)
    assert len(run.proposals) == 12


@every_strategy
def test_a_population_of_one_is_enough(kind: str) -> None:
    values = iter([0.5, *[None] * 50])
    run = Rehearsal(document(kind, initial_population=2), lambda _: next(values)).run(10)
    assert len(run.population) == 1


@every_strategy
def test_equal_fitness_everywhere_is_no_trouble(kind: str) -> None:
    assert Rehearsal(document(kind), lambda _: 0.5).run(20).best == 0.5


@every_strategy
def test_it_says_so_when_nothing_is_acceptable(kind: str) -> None:
    strategy = make_strategy(document(kind).strategy, document(kind).space, lambda _: False)
    with pytest.raises(NoCandidate, match="none of 1000 random genotypes was acceptable"):
        strategy.propose(ListPopulation(), random.Random(0), 0)


@every_strategy
def test_what_is_kept_between_steps_is_json_and_goes_on_where_it_was(kind: str) -> None:
    run = Rehearsal(document(kind), by_function).run(12)
    again = Rehearsal(document(kind), by_function).run(9)
    again.kept = json.loads(
        json.dumps(again.kept)
    )  # as the database gives it back, perhaps to another process
    assert again.run(12).proposals == run.proposals


@pytest.mark.parametrize("kind", [kind for kind, row in STRATEGIES.items() if row.runs == "worker"])
def test_a_model_says_why_it_drafts_what_it_drafts_and_what_it_has_learned(kind: str) -> None:
    run = Rehearsal(document(kind, drafts=4), by_function).run(18)
    drafted = [row for row in run.proposals if row.origin == "draft"]
    assert drafted
    assert all(row.why for row in drafted)
    config = document(kind, drafts=4)
    learner = import_string(STRATEGIES[kind].learner)(config.strategy, config.space, lambda _: True)
    learner.load(run.content)
    told = learner.report()
    assert told.facts
    assert all(len(row) == len(table.columns) for table in told.tables for row in table.rows)
    assert json.loads(json.dumps(told.to_json()))["facts"]
    assert all(isinstance(value, (int, float)) for value in told.numbers.values())


@every_strategy
def test_in_a_population_of_7000_a_step_keeps_little_and_still_proposes(kind: str) -> None:
    config = document(kind, initial_population=50)
    small = Rehearsal(config, by_function).run(60)
    many = Rehearsal(config, by_function, kept=small.kept, observed=small.observed, content=small.content)
    values = random.Random(1)
    for step in range(7000):
        member, genotype = small.population.rows[step % len(small.population)]
        many.population.add(
            genotype,
            values.random(),
            step=step,
            parameters=member.parameters + step,
            multiply_adds=member.multiply_adds,
            depth=member.depth,
        )
        many.versions.append(None)
    many.proposals = list(small.proposals) * 117
    many.found = [0.5] * len(many.proposals)
    many.learned_until = len(small.population)
    many.run(len(many.proposals) + 2)
    assert len(json.dumps(many.kept)) < MOST_STATE
    assert len(many.content or b"") < MOST_CONTENT


@every_strategy
def test_every_setting_has_a_title_help_and_a_published_value(kind: str) -> None:
    row = STRATEGIES[kind]
    for name, field in row.settings.model_fields.items():
        assert name == "kind" or (field.title and field.description and field.description.endswith("."))
        assert not field.is_required()
    assert row.description[0].islower()
    assert row.description.endswith(".")
    assert row.paper
