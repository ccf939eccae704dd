"""Study `space`: networks of equal size, differences by pairs, ranks from the small host to the large, spreads."""

import random
from io import StringIO
from statistics import NormalDist
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from search.evolution.experiments.config import ConfigError
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.statistics.variances import brown_forsythe
from search.evolution.studies import matched_networks
from search.evolution.studies.rows import study_cells, study_settings
from search.evolution.studies.space_results import (
    MeasuredNetwork,
    Resolutions,
    SpacePair,
    SpaceScores,
    space_pairs,
)
from search.models import Experiment, FinalEvaluation
from search.selectors.studies import study_by_id, study_results
from search.selectors.study_cost import study_cost
from search.selectors.study_spaces import space_findings
from tests.search.studies.running import SMALL, finished_spaces

TINY: dict[str, Any] = {"networks": 3, "protocol": SMALL["protocol"]}


def sizes(**settings: Any) -> dict[int, list[int]]:
    """Number of the size -> parameters of its networks in the search's host."""
    found: dict[int, list[int]] = {}
    for cell in study_cells("space", study_settings("space", settings)):
        [given] = cell.search.strategy.start_from
        phenotype = build_phenotype(parse_genotype(given.genotype))
        found.setdefault(cell.seed, []).append(
            network_cost(phenotype, cell.search.protocol.shape_host).parameters
        )
    return found


@pytest.mark.parametrize("spaces", [("hierarchical", "flat"), ("flat", "hierarchical", "flat-constrained")])
def test_networks_that_are_compared_have_equal_sizes_and_none_is_there_twice(spaces: tuple[str, ...]) -> None:
    groups = sizes(**TINY, spaces=spaces, size_difference=0.05)
    assert list(groups) == [1, 2, 3]
    assert all(len(row) == len(spaces) and max(row) <= 1.05 * min(row) for row in groups.values())
    cells = study_cells("space", study_settings("space", TINY | {"spaces": spaces}))
    genotypes = [(cell.arm, cell.search.strategy.start_from[0].genotype) for cell in cells]
    assert len(set(genotypes)) == len(genotypes)
    assert {cell.search.budget.individuals for cell in cells} == {1}


def test_the_draw_is_the_same_again_and_another_seed_draws_others() -> None:
    assert sizes(**TINY) == sizes(**TINY)
    assert sizes(**TINY) != sizes(**TINY, draw_seed=2)


def test_sizes_that_cannot_be_matched_are_refused_with_what_would_help(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matched_networks, "MOST_DRAWN", 60)
    with pytest.raises(
        ConfigError, match=r"networks: only \d+ of 100 networks of hierarchical and flat have equal"
    ):
        study_cells("space", study_settings("space", TINY | {"networks": 100, "size_difference": 1e-9}))
    with pytest.raises(ConfigError, match="spaces: Tuple should have at least 2"):
        study_settings("space", {"spaces": ["flat"]})


def scores(space: str, *networks: tuple[float, tuple[float, ...]]) -> SpaceScores:
    rows = [MeasuredNetwork(number, *row) for number, row in enumerate(networks, start=1)]
    return SpaceScores(space, space.capitalize(), tuple(rows))


def compared(one: SpaceScores, other: SpaceScores) -> SpacePair:
    [pair] = space_pairs([one, other], Resolutions(1e-4, 1e-4))
    return pair


def test_a_lead_that_the_large_host_turns_round_is_told_as_such() -> None:
    flat = scores("flat", *((0.80 + n / 100, (0.90 + n / 100,) * 2) for n in range(6)))
    hierarchical = scores(
        "hierarchical", *((0.77 + n / 100 + n % 2 / 500, (0.92 + n / 100,) * 2) for n in range(6))
    )
    pair = compared(flat, hierarchical)
    assert pair.fitness is not None
    assert pair.test is not None
    assert pair.change is not None
    assert pair.fitness.beyond_noise
    assert pair.fitness.low > 0.02
    assert pair.test.value == pytest.approx(-0.02)
    assert pair.test.beyond_noise
    assert pair.change.value == pytest.approx(pair.test.value - pair.fitness.value)
    assert flat.carry_over is not None
    assert flat.carry_over.tau == pytest.approx(1)


def test_only_networks_of_one_size_are_compared() -> None:
    one = SpaceScores("a", "A", tuple(MeasuredNetwork(n, 0.5 + n / 10, ()) for n in (1, 2, 3)))
    other = SpaceScores("b", "B", tuple(MeasuredNetwork(n, 0.4 + n / 10, ()) for n in (2, 3, 4)))
    pair = compared(one, other)
    assert pair.fitness is not None
    assert pair.fitness.pairs == 2
    assert pair.fitness.value == pytest.approx(0.1)
    assert (pair.test, pair.change, pair.test_spread, pair.runs_spread) == (None, None, None, None)


def test_runs_that_vary_more_are_told_apart_from_networks_that_do() -> None:
    steady = scores("steady", *((0.5 + n / 10, (0.7, 0.7001 + n / 1e5)) for n in range(5)))
    shaky = scores("shaky", *((0.5 + n / 10, (0.6, 0.8 + n / 1e3)) for n in range(5)))
    pair = compared(steady, shaky)
    assert pair.runs_spread is not None
    assert pair.runs_spread.beyond_noise
    assert pair.runs_spread.value < 0
    assert pair.fitness_spread is not None
    assert not pair.fitness_spread.beyond_noise


def test_brown_and_forsythe_are_wrong_as_often_as_they_say() -> None:
    rng, normal = random.Random(3), NormalDist()
    seen = [
        brown_forsythe(*([normal.inv_cdf(rng.random()) for _ in range(12)] for _ in range(2)))
        for _ in range(800)
    ]
    wrong = sum(found is not None and found.beyond_noise for found in seen) / len(seen)
    assert 0.015 < wrong < 0.075
    wider = brown_forsythe(list(range(10)), [5 * n for n in range(10)])
    assert wider is not None
    assert wider.beyond_noise


@pytest.mark.django_db
def test_it_runs_each_network_once_in_each_host_and_is_read_as_spaces() -> None:
    study = finished_spaces()
    assert Experiment.objects.count() == 6
    assert {row.protocol["host"] for row in FinalEvaluation.objects.all()} == {"large"}
    found = space_findings(study_results(study_by_id(study.pk)))
    assert [(row.space, len(row.scored)) for row in found.spaces] == [("hierarchical", 3), ("flat", 3)]
    [pair] = found.pairs
    assert pair.test is not None
    assert pair.test.pairs == 3
    assert found.carry_over is not None
    assert found.carry_over.pairs == 6


@pytest.mark.django_db
def test_the_cost_is_that_of_the_networks_which_were_drawn() -> None:
    told = study_settings("space", TINY | {"final": "none", "spaces": ["hierarchical", "flat"]})
    cells = study_cells("space", told)
    by_space = {
        name: study_cost([cell for cell in cells if cell.arm == name]).search_seconds
        for name in ("hierarchical", "flat")
    }
    # Random flat networks are several times as large: those that were drawn are as large as the others.
    assert 0.5 < by_space["flat"] / by_space["hierarchical"] < 2


@pytest.mark.django_db
def test_what_it_found_is_printed_and_told_over_rest(client: Client) -> None:
    study = finished_spaces()
    told = client.get(f"/api/v1/studies/{study.pk}").json()["spaces"]
    assert [row["space"] for row in told["spaces"]] == ["hierarchical", "flat"]
    [pair] = told["pairs"]
    assert (pair["first"], pair["second"], pair["test"]["pairs"]) == ("hierarchical", "flat", 3)
    assert pair["fitness"]["low"] <= pair["fitness"]["value"] <= pair["fitness"]["high"]
    out = StringIO()
    call_command("study", "show", str(study.pk), stdout=out)
    assert f"hierarchical less flat: fitness {100 * pair['fitness']['value']:+.2f}" in out.getvalue()
