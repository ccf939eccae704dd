"""The networks of Figure 4 get their test scores from the study itself, costed before, counted and stopped with it."""

from typing import Any

import pytest
from django.test import Client

from search.evolution.studies.rows import study_cells, study_settings
from search.models import Experiment, FinalEvaluation, Study, WorkState
from search.selectors.evolution_gain import best_along, evolution_gain
from search.selectors.studies import is_budget_spent, spent_seconds, study_by_id, study_results
from search.selectors.study_cost import study_cost
from search.services.studies.advancing import advance_study
from search.services.studies.controls import stop_study
from tests.search.searching import work_off
from tests.search.studies.running import SMALL, launched, run_to_its_end

pytestmark = pytest.mark.django_db
EVOLUTION: dict[str, Any] = {
    "spaces": ["flat"],
    "searches": ["one", "evolution"],
    "along": 3,
    "scale": 0.002,
    "seeds": 2,
}


def scored_along(study: Study) -> dict[tuple[str, int], list[int]]:
    """(arm, seed) -> final evaluations along its search, where there are any."""
    cells = study_results(study).cells
    return {(row.cell.arm, row.cell.seed): [final.pk for final in row.along] for row in cells if row.along}


def test_the_first_evolution_of_a_space_has_its_first_and_its_best_scored_as_its_best_is() -> None:
    study = run_to_its_end(launched(**EVOLUTION))
    [(place, numbers)] = scored_along(study).items()
    assert place == ("flat/evolution", 1)
    cell = study.cells.get(arm="flat/evolution", seed=1)
    assert cell.experiment is not None
    along = best_along(cell.experiment, 3)
    finals = FinalEvaluation.objects.filter(pk__in=numbers)
    assert {row.phenotype_key for row in finals} == {row.genotype.phenotype_key for row in along}
    assert {row.protocol_key for row in finals} == {cell.final.protocol_key if cell.final else None}
    assert all(row.state == WorkState.DONE for row in finals)
    assert study.state == "finished"
    assert evolution_gain(cell.experiment) is not None


def test_they_are_in_the_cost_before_and_in_what_was_spent_each_once() -> None:
    settings = study_settings("paper-table-1", SMALL | EVOLUTION)
    without = study_settings("paper-table-1", SMALL | EVOLUTION | {"along": 0})
    more, less = (study_cost(study_cells("paper-table-1", told)) for told in (settings, without))
    assert more.final_trainings - less.final_trainings == 3 * SMALL["final_runs"]
    assert more.final_seconds > less.final_seconds
    study = run_to_its_end(launched(**EVOLUTION))
    finals = FinalEvaluation.objects.all()
    results = study_results(study_by_id(study.pk))
    searched = sum(row.experiment.train_seconds for row in results.cells if row.experiment)
    scored = sum(row.train_seconds for row in finals)
    assert results.device_seconds == pytest.approx(searched + scored)
    assert spent_seconds(study) == pytest.approx(searched + scored)
    assert not is_budget_spent(study)


def test_the_page_says_how_many_are_there_and_stopping_stops_the_others(client: Client) -> None:
    study = launched(**EVOLUTION | {"searches": ["evolution"], "seeds": 1})
    for number in advance_study(study_id=study.pk).experiments:
        work_off(Experiment.objects.get(pk=number))
    started = advance_study(study_id=study.pk)
    assert len(started.finals) == len(set(started.finals)) == FinalEvaluation.objects.count()
    assert advance_study(study_id=study.pk).finals == []
    page = client.get(f"/studies/{study.pk}/").content.decode()
    [numbers] = scored_along(study).values()
    assert f"0 of {len(numbers)} networks along it have their" in page
    assert "Score networks along" not in page
    stop_study(study_id=study.pk)
    assert {row.state for row in FinalEvaluation.objects.all()} == {WorkState.CANCELLED}


def test_without_a_test_score_of_the_best_there_is_none_along() -> None:
    assert scored_along(run_to_its_end(launched(**EVOLUTION | {"final": "none"}))) == {}
