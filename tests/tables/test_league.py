"""The league: equal trainings, results judged by what no strategy saw, and the same for the same seeds."""

import json
import random
from io import StringIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from django.core.management import CommandError, call_command

from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.list_population import ListPopulation
from search.evolution.strategies.settings import StrategyConfig
from search.tables import reports
from search.tables.league import STEPS_PER_TRAINING, RankedPopulation, SearchTrace, search_table
from search.tables.lookup import TableLookup
from search.tables.standings import critical_difference, mean_ranks, regrets, sign_test, top_rows
from search.tables.tuning import drawn_settings
from tests.tables.made_table import made_bytes, made_table

KINDS = [kind for kind, row in STRATEGIES.items() if row.runs == "step"] + ["reinforce", "q_learning"]
"""The other learned ones run by the same lines, and take minutes."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "made.npz").write_bytes(made_bytes())
    monkeypatch.setattr(reports, "FOLDER", tmp_path)
    return tmp_path


def config(kind: str, initial: int = 8) -> StrategyConfig:
    return STRATEGIES[kind].settings.model_validate(
        {"kind": kind, "initial_population": initial, "initial_mutations": 40}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_trains_no_network_twice_and_repeats_for_its_seed(kind: str) -> None:
    lookup = TableLookup(made_table())
    first, again, other = (search_table(lookup, config(kind), seed=seed, trainings=40) for seed in (1, 1, 2))
    assert first.trained.tolist() == again.trained.tolist() != other.trained.tolist()
    assert len(set(first.trained.tolist())) == len(first.trained)
    assert (np.diff(first.seconds) > 0).all()
    if (
        len(first.trained) < 40
    ):  # so small a space can be seen through before: it ends after so many steps all the same
        assert (kind, first.steps) == ("edits", 40 * STEPS_PER_TRAINING)
    else:
        assert len(first.trained) == 40 <= first.steps


def test_what_is_returned_is_the_best_validation_accuracy_so_far() -> None:
    lookup = TableLookup(made_table())
    trace = search_table(lookup, config("random"), seed=3, trainings=30)
    table = lookup.table
    values = regrets(table, [trace], 30)[0]
    assert values == pytest.approx(table.test_accuracy.max() - table.test_accuracy[trace.returned])
    assert set(trace.returned.tolist()) <= set(trace.trained.tolist())
    assert trace.returned[-1] in trace.trained
    assert values.min() >= 0


def test_evolution_beats_random_search_where_there_is_a_slope() -> None:
    """Over the whole run, for at its end both may have found the best; with tournaments that choose among so few."""
    lookup = TableLookup(made_table())
    evolution = config("evolution").model_copy(update={"tournament_fraction": 0.5})

    def on_the_way(settings: StrategyConfig) -> npt.NDArray[np.float64]:
        traces = [search_table(lookup, settings, seed=seed, trainings=25) for seed in range(16)]
        means: npt.NDArray[np.float64] = regrets(lookup.table, traces, 25).mean(axis=1)
        return means

    assert sign_test(on_the_way(config("random")), on_the_way(evolution)) < 0.01
    assert on_the_way(evolution).mean() < on_the_way(config("random")).mean()


def test_the_ranked_population_ranks_as_the_plain_one() -> None:
    plain, ranked = ListPopulation(), RankedPopulation()
    genotype = parse_genotype("2x3+1x3~sep3x3+identity:1.01-2.20:1.12")
    for step, fitness in enumerate([0.5, 0.9, 0.1, 0.9, 0.5, 0.7]):
        for population in (plain, ranked):
            population.add(genotype, fitness, step=step, parameters=100 - step)
    assert [ranked.placed(place) for place in range(6)] == [plain.placed(place) for place in range(6)]
    assert ranked.fittest(1, 3) == plain.fittest(1, 3)


def test_a_run_that_ended_early_keeps_what_it_had() -> None:
    table = made_table()
    short = SearchTrace(np.array([5, 6]), np.array([5, 5]), np.array([1.0, 2.0]), 2)
    assert len(set(regrets(table, [short], 10)[0])) == 1


def test_ranks_signs_and_critical_differences_are_the_textbooks() -> None:
    assert mean_ranks(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 1.0]])).tolist() == [1.0, 2.25, 2.75]
    assert sign_test(np.zeros(30), np.zeros(30)) == 1.0
    # Demšar 2006, page 17: four classifiers on 14 data sets, CD = 2.569 · sqrt(4 · 5 / (6 · 14)) = 1.25
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)
    with pytest.raises(ValueError, match="1 contenders"):
        critical_difference(1, 30)


def test_the_top_one_per_cent_is_by_mean_test_accuracy() -> None:
    table = made_table()
    rows = top_rows(table)
    assert len(rows) == 3
    assert min(table.test_accuracy[list(rows)]) >= np.sort(table.test_accuracy)[-3]


def test_drawn_settings_stay_within_their_fields() -> None:
    draws = drawn_settings(config("aging"), random.Random(1))
    found = [next(draws) for _ in range(50)]
    assert len({row.initial_population for row in found}) > 5
    assert all(2 <= row.initial_population <= 32 for row in found)


def test_the_command_prints_and_writes_the_league(folder: Path) -> None:
    out = StringIO()
    arguments = (
        "--table",
        "made",
        "--seeds",
        "6",
        "--trainings",
        "30",
        "--strategies",
        "evolution",
        "random",
    )
    path = folder / "league.json"
    call_command("compare_strategies", *arguments, "--out", str(path), stdout=out, stderr=StringIO())
    league = json.loads(path.read_text())
    assert [row["kind"] for row in league["standings"]] == ["evolution", "random"]
    assert (league["networks"], league["trainings"], league["seeds"], league["tuned"]) == (248, 30, 6, False)
    assert "made 1.0: 248 networks, 30 trainings, 6 seeds" in out.getvalue()
    assert league["standings"][0]["settings"]["initial_population"] == 3
    assert league["proposals_per_second"] > 0


def test_the_tuned_league_is_judged_on_the_other_half_of_the_seeds(folder: Path) -> None:
    out = StringIO()
    arguments = ("--table", "made", "--seeds", "6", "--trainings", "20", "--strategies", "aging", "random")
    call_command("compare_strategies", *arguments, "--tuned", "--json", stdout=out, stderr=StringIO())
    league = json.loads(out.getvalue())
    assert (league["seeds"], league["tuned"]) == (3, True)


def test_a_league_of_what_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(CommandError, match="there is no benchmark table 'moon'; those here: made"):
        call_command("compare_strategies", "--table", "moon")
    with pytest.raises(CommandError, match="--strategies halving: use some of evolution"):
        call_command("compare_strategies", "--table", "made", "--strategies", "halving", "random")
