"""Other tools search the table: a plain loop, and Optuna's samplers."""

import random

import optuna
import pytest

from search.evolution.genotypes.genotype import parse_genotype
from search.tables.adaptors import decisions, genotype_of, objective
from tests.tables.made_table import SPACE, made_table

TEXT = "2x3+1x3~sep3x3+identity:1.01-2.20:1.12"


def test_a_genotype_is_one_choice_for_each_edge() -> None:
    choices = decisions(SPACE)
    assert len(choices) == 9
    assert choices["L2-M1 1→2"] == ("none", "sep3x3", "identity")
    assert choices["L3-M1 2→3"] == ("none", "M1", "M2")
    chosen = dict.fromkeys(choices, "none") | {
        "L2-M1 1→2": "sep3x3", "L2-M1 2→3": "sep3x3", "L2-M2 1→2": "identity", "L2-M2 1→3": "identity",
        "L3-M1 1→2": "M1", "L3-M1 1→3": "M1", "L3-M1 2→3": "M2",
    }  # fmt: skip
    assert genotype_of(SPACE, chosen) == parse_genotype(TEXT)
    with pytest.raises(ValueError, match="not in tuple"):
        genotype_of(SPACE, chosen | {"L2-M1 1→2": "conv1x1"})


def test_a_plain_loop_searches_the_table() -> None:
    """The example of docs/table.md."""
    table, rng, clock = made_table(), random.Random(1), 0.0
    best = genotype = parse_genotype(TEXT)
    for _ in range(20):
        genotype = rng.choice(table.neighbours(best))
        trained = table.simulate(genotype, clock, budget=40, seed=0)
        clock = trained.clock
        if trained.accuracy > table.query(best, 40, seed=0):
            best = genotype
    assert clock == pytest.approx(20 * 4.0)
    assert table.query(best, 40, seed=0) > table.query(TEXT, 40, seed=0)
    assert table.regret(best) < table.regret(TEXT)


@pytest.mark.parametrize("sampler", [optuna.samplers.RandomSampler, optuna.samplers.TPESampler])
def test_optunas_samplers_search_the_table(sampler: type[optuna.samplers.BaseSampler]) -> None:
    """The example of docs/table.md."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=sampler(seed=3))  # type: ignore[call-arg]
    study.optimize(objective(made_table(), budget=40, seed=0), n_trials=25)
    network = study.best_trial.user_attrs["network"]
    genotype = made_table().genotype(network)
    assert study.best_value == made_table().query(genotype, 40, seed=0)
    assert study.best_trial.user_attrs["test_accuracy"] == pytest.approx(
        made_table().query(genotype, 40, "test", seed="mean")
    )
