"""The surrogate of a sample: it finds a planted function and the planted noise, and says the same every time."""

import random
from functools import cache

import numpy as np
import pytest

from search.evolution.evaluation import instant_fitness
from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.genotypes.space import search_space
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.learning.tabular.lookup import GrowingTable
from search.learning.tabular.report import surrogate_report
from search.learning.tabular.surrogate import Surrogate
from search.tables.correlations import spearman
from search.tables.lookup import TableLookup
from search.tables.table import OutOfDomain, Seed, Split
from tests.tables.made_sample import NETWORKS, made_sample, planted


@cache
def surrogate() -> Surrogate:
    return Surrogate(made_sample())


@cache
def others() -> tuple[Genotype, ...]:
    """Forty random networks that the sample does not hold."""
    found: list[Genotype] = []
    rng = random.Random(7)
    while len(found) < 40:
        genotype = random_genotype(surrogate().space, rng, mutations=200)
        try:
            if build_phenotype(genotype).key not in made_sample().keys:
                found.append(genotype)
        except Infeasible:
            continue
    return tuple(found)


def test_a_planted_function_is_found_for_networks_that_nobody_trained() -> None:
    predicted = [surrogate().query(row, 40, seed="mean") for row in others()]
    true = [planted(instant_fitness(build_phenotype(row)), 40) for row in others()]
    assert spearman(np.array(predicted), np.array(true)) > 0.9
    assert np.abs(np.array(predicted) - np.array(true)).mean() < 0.03


def test_held_out_networks_are_ranked_nearly_as_well() -> None:
    facts = surrogate().facts
    assert facts.surrogate
    assert (facts.networks, facts.seeds, facts.budgets) == (NETWORKS, 2, (10, 20, 40))
    assert 0.8 < facts.held_out.low < facts.held_out.value < facts.held_out.high <= 1


def test_the_noise_is_the_one_that_was_planted() -> None:
    noise = surrogate().noise
    place = surrogate().column(40, "validation")
    low, high = noise.deviations_at(0.4)[place], noise.deviations_at(0.7)[place]
    assert low == pytest.approx(0.03, rel=0.4)
    assert high == pytest.approx(0.01, rel=0.4)
    genotype = others()[0]
    mean = surrogate().query(genotype, 40, seed="mean")
    drawn = np.array([surrogate().query(genotype, 40, seed=seed) for seed in range(400)])
    assert drawn.mean() == pytest.approx(mean, abs=0.01)
    assert drawn.std() == pytest.approx(noise.deviations_at(mean)[place], rel=0.2)


def test_one_training_has_the_same_luck_at_every_budget_and_split() -> None:
    """As it was planted: the noise of columns goes together."""
    genotype = others()[1]
    columns: tuple[tuple[int, Split], ...] = ((20, "validation"), (40, "test"))
    means = [surrogate().query(genotype, *column, seed="mean") for column in columns]
    luck = [
        [
            surrogate().query(genotype, *column, seed=seed) - mean
            for column, mean in zip(columns, means, strict=True)
        ]
        for seed in range(50)
    ]
    assert np.corrcoef(np.array(luck).T)[0, 1] > 0.95


def test_another_fit_says_the_same_to_the_last_digit() -> None:
    again = Surrogate(made_sample())
    for genotype in others()[:5]:
        seeds: tuple[Seed, ...] = ("mean", 3)
        for seed in seeds:
            assert again.query(genotype, 20, seed=seed) == surrogate().query(genotype, 20, seed=seed)


def test_a_simulated_training_is_charged_with_predicted_seconds() -> None:
    genotype = others()[2]
    charged = surrogate().simulate(genotype, 100.0, budget=20, seed=5)
    assert charged.accuracy == surrogate().query(genotype, 20, seed=5)
    true = 20 * (1 + instant_fitness(build_phenotype(genotype)))
    assert charged.clock - 100 == pytest.approx(true, rel=0.1)


def test_regret_is_against_the_best_of_the_samples_predictions() -> None:
    sample = made_sample()
    regrets = [surrogate().regret(sample.genotype(key)) for key in sample.keys[:20]]
    assert min(regrets) >= 0
    rows = [surrogate().query(sample.genotype(key), 40, "test", seed="mean") for key in sample.keys]
    assert surrogate().best_predicted == pytest.approx(max(rows))


def test_neighbours_differ_on_one_edge_and_build_networks() -> None:
    around = surrogate().neighbours(others()[3])
    assert len(around) > 100
    assert surrogate().canonical(around[0]) == build_phenotype(around[0]).key


@pytest.mark.parametrize(
    "text, message",
    [
        ("2x3+1x3~sep3x3+identity:1.01-2.20:1.12", "is of another space than surrogate made-sample"),
        ("empty", "builds no network"),
    ],
)
def test_what_the_surrogate_knows_nothing_of_is_refused(text: str, message: str) -> None:
    if text == "empty":
        empty = search_space("hierarchical")
        levels = tuple(
            tuple(
                tuple((0,) * node for node in range(1, empty.level(level).nodes))
                for _ in range(empty.level(level).motifs)
            )
            for level in range(2, empty.top + 1)
        )
        text = Genotype(empty, levels).text
    with pytest.raises(OutOfDomain, match=message):
        surrogate().query(parse_genotype(text), 40, seed="mean")


@pytest.mark.parametrize(
    "budget, split, seed, message",
    [
        (30, "validation", "mean", "accuracies after 10, 20, 40 steps"),
        (40, "tset", "mean", "use one of train, validation, test"),
        (40, "validation", -1, 'use 0, 1, 2, ... or "mean"'),
        (40, "validation", True, 'use 0, 1, 2, ... or "mean"'),
    ],
)
def test_a_question_that_has_no_answer_is_refused(
    budget: int, split: str, seed: object, message: str
) -> None:
    with pytest.raises(OutOfDomain, match=message):
        surrogate().query(others()[0], budget, split, seed=seed)  # type: ignore[arg-type]


def test_with_single_trainings_the_noise_is_what_predictions_miss() -> None:
    single = Surrogate(made_sample(1))
    assert "too much" in single.noise_from
    place = single.column(40, "validation")
    assert single.noise.deviations_at(0.8)[place] > 0.005


def test_the_report_has_rank_correlations_with_intervals_noise_and_all_pairs() -> None:
    report = surrogate_report(surrogate())
    assert [row["steps"] for row in report["ranks"]] == [10, 20, 40]
    for row in report["ranks"]:
        for measure in ("spearman", "kendall"):
            found = row["validation"][measure]
            assert 0.5 < found["low"] < found["value"] < found["high"] <= 1
    assert len(report["against"]) == NETWORKS
    assert report["noise"][0]["validation"] > report["noise"][-1]["validation"]
    assert sum(row["networks"] for row in report["by_parameters"]) == NETWORKS
    assert report["facts"]["surrogate"] is True


def test_searches_see_a_table_that_grows() -> None:
    lookup = TableLookup(GrowingTable(surrogate()))
    assert len(lookup.table) == len(lookup.table.keys) == NETWORKS
    row = lookup.row(others()[4])
    assert row == NETWORKS
    assert lookup.row(others()[4]) == row
    assert len(lookup.table) == NETWORKS
    assert len(lookup.table.test_accuracy) == NETWORKS + 1
    assert lookup.table.accuracy_of(row, 40, seed=9) == surrogate().query(others()[4], 40, seed=9)
