"""The comparison of strategies as a study: equal but for space, strategy and seed."""

import pytest

from search.evolution.experiments.config import ConfigError
from search.evolution.strategies import STRATEGIES
from search.evolution.studies.comparison import ComparisonSettings, cells
from search.evolution.studies.rows import study_settings
from search.models import Experiment
from search.selectors.studies import study_by_id, study_results
from tests.search.studies.running import launched, run_to_its_end


def test_they_differ_by_space_strategy_and_seed_alone() -> None:
    made = cells(ComparisonSettings(networks=40, seeds=2, final="none"))
    documents = [cell.search.to_json() for cell in made]
    assert {(d["space"], d["strategy"]["kind"], d["seed"]) for d in documents} == {
        (space, kind, seed)
        for space in ("hierarchical", "flat")
        for kind in ("evolution", "random")
        for seed in (1, 2)
    }
    shared = set.intersection(*(set(d["strategy"]) for d in documents)) - {"kind"}
    rest = [
        {**d, "space": "", "seed": 0, "strategy": {name: d["strategy"][name] for name in shared}}
        for d in documents
    ]
    assert all(each == rest[0] for each in rest)
    assert {"initial_population", "initial_mutations"} <= shared


def test_any_strategy_may_be_compared() -> None:
    made = cells(ComparisonSettings(strategies=tuple(STRATEGIES), spaces=("hierarchical",), seeds=1))
    assert [cell.search.strategy.kind for cell in made] == list(STRATEGIES)
    assert {cell.search.budget.individuals for cell in made} == {40}


@pytest.mark.parametrize("field", ["strategies", "spaces"])
def test_what_is_unknown_or_there_twice_is_refused_with_what_is_known(field: str) -> None:
    with pytest.raises(ConfigError, match=rf"{field}: unknown 'magic'; use some of .*(evolution|flat)"):
        study_settings("comparison", {field: ["magic"]})
    with pytest.raises(ConfigError, match="holds one twice"):
        study_settings("comparison", {field: ["flat", "flat"] if field == "spaces" else ["random"] * 2})


@pytest.mark.django_db
def test_it_runs_and_is_compared_with_equally_many_networks() -> None:
    study = run_to_its_end(launched("comparison", networks=6, seeds=2, spaces=["hierarchical"], final="none"))
    assert set(Experiment.objects.values_list("evaluated", flat=True)) == {6}
    results = study_results(study_by_id(study.pk))
    assert [arm.arm for arm in results.arms] == ["hierarchical/evolution", "hierarchical/random"]
    assert all(len(arm.scores.fitness) == 2 for arm in results.arms)
