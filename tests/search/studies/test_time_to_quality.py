"""Study `time-to-quality`: every search has equally much time, and pays for all of its networks itself."""

from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.test import Client

from search.evolution.experiments.config import ConfigError
from search.evolution.finals.presets import final_from_preset
from search.evolution.studies.quality_results import quality_targets, reached
from search.evolution.studies.records import StudySettings
from search.evolution.studies.rows import study_cells, study_settings
from search.models import Evaluation, Experiment, Individual
from search.selectors.studies import study_by_id, study_results
from search.selectors.study_cost import study_cost
from search.selectors.study_quality import quality_of
from tests.search.studies.running import QUALITY, launched, run_to_its_end


def cells(**over: object) -> list[tuple[str, int]]:
    return [(cell.arm, cell.seed) for cell in study_cells("time-to-quality", _settings(**over))]


def _settings(**over: object) -> StudySettings:
    return study_settings("time-to-quality", QUALITY | over)


def test_strategies_and_protocols_are_crossed_and_each_search_has_the_same_time() -> None:
    made = study_cells("time-to-quality", _settings(protocols={"short": {"steps": 3}, "long": {"steps": 9}}))
    arms = [cell.arm for cell in made if cell.seed == 1]
    assert arms == ["evolution/short", "random/short", "evolution/long", "random/long"]
    assert {cell.search.budget.device_hours for cell in made} == {QUALITY["hours"]}
    assert {(cell.arm.partition("/")[2], cell.search.protocol.steps) for cell in made} == {
        ("short", 3),
        ("long", 9),
    }
    assert len({cell.search.seed for cell in made}) == len(made)
    assert cells() == [("evolution", 1), ("random", 1), ("evolution", 2), ("random", 2)]


def test_best_networks_of_all_protocols_are_trained_alike_for_their_test_score() -> None:
    told = _settings(
        final="short", final_protocol={"batch_size": 32}, protocols={"a": {"steps": 3}, "b": {"channels": 16}}
    )
    made = study_cells("time-to-quality", told)
    finals = [
        final_from_preset(cell.final.preset, cell.search.protocol, cell.final.over)
        for cell in made
        if cell.final is not None
    ]
    assert len(finals) == len(made)
    assert len(set(finals)) == 1
    assert (finals[0].steps, finals[0].channels, finals[0].batch_size) == (5, 4, 32)


@pytest.mark.parametrize(
    "over, told",
    [
        ({"protocols": {"a": {"steps": 0}}}, r"protocols\.a\.steps: .*greater than or equal to 1, got 0"),
        ({"protocols": {"a": {"dataset": "digits"}}}, "a: protocols are compared on the same images"),
        ({"protocols": {"": {}}}, "give each protocol a name"),
        ({"preset": "benchmark", "protocol": {}}, "preset: this preset looks fitness up"),
        ({"strategies": ["magic"]}, "strategies: unknown 'magic'"),
    ],
)
def test_what_cannot_be_compared_is_refused(over: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        study_cells("time-to-quality", _settings(**over))


def test_a_fitness_counts_as_reached_by_more_than_half_of_the_seeds_alone() -> None:
    lines = [[(1.0, 0.5), (4.0, 0.9)], [(2.0, 0.9)], [(3.0, 0.6)]]
    assert reached(lines, 0.9).hours == 4
    assert reached(lines, 0.9).seeds == 2
    assert reached(lines[1:], 0.9).hours is None
    assert reached([], 0.9).hours is None
    assert quality_targets([[], [[]]]) == []
    assert quality_targets([[[(1.0, 0.5)]]]) == []


@pytest.mark.django_db
def test_searches_end_when_their_time_is_spent_and_none_is_paid_by_another() -> None:
    study = run_to_its_end(launched("time-to-quality", **QUALITY))
    searches = list(Experiment.objects.all())
    assert len(searches) == 4
    for search in searches:
        assert search.is_budget_spent
        own = Individual.objects.filter(experiment=search).values("evaluation").distinct().count()
        assert search.train_seconds == pytest.approx(0.001 * own)
    assert Evaluation.objects.count() == sum(
        Individual.objects.filter(experiment=search).values("evaluation").distinct().count()
        for search in searches
    )
    results = study_results(study_by_id(study.pk))
    assert results.fraction == 1
    for row in quality_of(results):
        assert len(row.lines) == 2
        for line in row.lines:
            assert all(one[0] <= two[0] and one[1] <= two[1] for one, two in pairwise(line))
            assert line[-1][0] >= QUALITY["hours"]
        times = [one.hours for one in row.reached if one.hours is not None]
        assert times == sorted(times)


@pytest.mark.django_db
def test_the_cost_is_the_time_that_was_given() -> None:
    told = QUALITY | {"hours": 1.0}
    cost = study_cost(study_cells("time-to-quality", study_settings("time-to-quality", told)))
    assert 4 * 3600 <= cost.search_seconds < 4 * 3600 + 4 * cost.search_seconds / cost.networks


@pytest.mark.django_db
def test_it_is_told_over_rest_and_printed(client: Client) -> None:
    study = run_to_its_end(launched("time-to-quality", **QUALITY))
    told = client.get(f"/api/v1/studies/{study.pk}").json()["quality"]
    assert [row["arm"] for row in told] == ["evolution", "random"]
    assert len(told[0]["seeds"]) == 2
    assert len(told[0]["reached"]) == 4
    out = StringIO()
    call_command("study", "show", str(study.pk), stdout=out)
    assert "device hours" in out.getvalue()
