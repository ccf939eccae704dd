"""Studies: cells are started once each, killed and doubled steps start nothing twice, results are read as one."""

from uuid import uuid4

import pytest

from search.evolution.experiments.config import ConfigError
from search.models import Experiment, FinalEvaluation, Study, StudyCell
from search.selectors.studies import studies, study_by_id, study_results
from search.services import Conflict, stop_experiment
from search.services.errors import NotFound
from search.services.experiments.changes import delete_experiment
from search.services.studies.advancing import advance_studies, advance_study
from search.services.studies.controls import pause_study, resume_study, stop_study
from search.services.studies.launching import create_study
from tests.search.final_scores import made_up_score
from tests.search.searching import work_off
from tests.search.studies.running import SMALL, launched, run_to_its_end

pytestmark = pytest.mark.django_db


def test_nothing_is_started_twice_however_often_it_is_advanced() -> None:
    study = launched()
    started = advance_study(study_id=study.pk)
    assert len(started.experiments) == 12
    assert advance_study(study_id=study.pk).experiments == []
    assert advance_studies().experiments == []
    assert Experiment.objects.count() == 12
    assert set(Experiment.objects.values_list("state", flat=True)) == {"running"}


def test_the_same_form_sent_twice_is_one_study() -> None:
    token = uuid4()
    first = create_study(kind="paper-table-1", settings=SMALL, launch=token)
    again = create_study(kind="paper-table-1", settings=SMALL, launch=token)
    assert (again.pk, StudyCell.objects.count()) == (first.pk, 12)


def test_a_finished_search_is_followed_by_the_test_score_of_its_best_network() -> None:
    study = launched(spaces=["flat"], searches=["random-200"])
    [experiment_id] = advance_study(study_id=study.pk).experiments
    assert advance_study(study_id=study.pk).finals == []
    search = work_off(Experiment.objects.get(pk=experiment_id))
    [final_id] = advance_study(study_id=study.pk).finals
    final = FinalEvaluation.objects.get(pk=final_id)
    assert search.best is not None
    assert final.phenotype_key == search.best.genotype.phenotype_key
    assert final.runs == 2
    assert advance_study(study_id=study.pk).finals == []
    study.refresh_from_db()
    assert study.state == "running"


def test_it_runs_to_its_end_and_is_read_as_one() -> None:
    study = run_to_its_end(launched(seeds=2, searches=["one", "evolution"], spaces=["flat", "hierarchical"]))
    assert (study.state, study.finished_at is not None) == ("finished", True)
    results = study_results(study_by_id(study.pk))
    assert [arm.arm for arm in results.arms] == [
        "flat/one",
        "flat/evolution",
        "hierarchical/one",
        "hierarchical/evolution",
    ]
    assert results.fraction == 1
    assert results.device_seconds > 0
    for arm in results.arms:
        assert len(arm.scores.fitness) == 2
        assert arm.scores.test is not None
        assert (arm.scores.test.repeats, arm.scores.over) == (2, "seeds")
    table = results.differences()
    assert table[0][0] is None
    assert table[0][1] is not None
    assert table[1][0] is not None
    assert table[0][1].value == -table[1][0].value


def test_with_one_seed_the_deviation_is_of_the_runs_of_one_network() -> None:
    study = launched(spaces=["flat"], searches=["one", "random-200"])
    run_to_its_end(study, score=lambda final, run: made_up_score(6 + run))
    results = study_results(study_by_id(study.pk))
    scores = results.arms[0].scores
    assert scores.test is not None
    assert scores.over == "runs"
    assert scores.test.mean == pytest.approx(0.65)
    assert scores.test.spread == pytest.approx(0.0707, abs=1e-4)
    difference = results.differences()[0][1]
    assert difference is not None
    assert difference.chance == pytest.approx(1)


def test_without_test_scores_the_searches_are_compared() -> None:
    study = run_to_its_end(launched(seeds=3, spaces=["flat"], searches=["one", "random-7000"], final="none"))
    assert not FinalEvaluation.objects.exists()
    results = study_results(study_by_id(study.pk))
    assert not results.judged_by_test
    difference = results.differences()[1][0]
    assert difference is not None
    assert difference.chance is not None


def test_a_paused_study_pauses_its_searches_and_goes_on_with_them() -> None:
    study = launched(spaces=["flat"], searches=["one", "random-200"])
    first, second = advance_study(study_id=study.pk).experiments
    work_off(Experiment.objects.get(pk=first))
    pause_study(study_id=study.pk)
    assert Experiment.objects.get(pk=second).state == "paused"
    assert advance_study(study_id=study.pk).finals == []
    _, resumed = resume_study(study_id=study.pk)
    assert resumed == [second]
    assert len(advance_study(study_id=study.pk).finals) == 1
    with pytest.raises(Conflict, match="only paused ones can be resumed"):
        resume_study(study_id=study.pk)


def test_a_stopped_study_starts_nothing_more_and_keeps_what_was_measured() -> None:
    study = launched(spaces=["flat"], searches=["one", "random-200"])
    first, second = advance_study(study_id=study.pk).experiments
    work_off(Experiment.objects.get(pk=first))
    [final] = advance_study(study_id=study.pk).finals
    stop_study(study_id=study.pk)
    assert Experiment.objects.get(pk=second).state == "stopped"
    assert FinalEvaluation.objects.get(pk=final).state == "cancelled"
    assert advance_study(study_id=study.pk).finals == []
    assert len(study_results(study_by_id(study.pk)).arms[0].scores.fitness) == 1


def test_a_search_that_somebody_stops_or_deletes_is_not_started_again() -> None:
    study = launched(spaces=["flat"], searches=["one", "random-200"])
    for experiment_id in advance_study(study_id=study.pk).experiments:
        stop_experiment(experiment_id=experiment_id)
    delete_experiment(experiment_id=experiment_id)
    assert advance_study(study_id=study.pk).experiments == []
    study.refresh_from_db()
    assert (study.state, Experiment.objects.count()) == ("finished", 1)
    [row] = studies()
    assert (row.all_cells, row.complete_cells) == (2, 2)  # type: ignore[attr-defined]  # annotated


def test_what_is_not_right_is_refused_and_nothing_is_kept() -> None:
    with pytest.raises(ConfigError, match=r"scale: Input should be less than or equal to 1, got 7"):
        launched(scale=7)
    with pytest.raises(ConfigError, match="learning_rate"):
        launched(protocol={"learning_rate": -1})
    with pytest.raises(KeyError, match="known are paper-table-1"):
        create_study(kind="magic", settings={})
    with pytest.raises(NotFound):
        pause_study(study_id=99)


def test_all_cells_draw_seeds_of_their_own() -> None:
    launched(seeds=3)
    seeds = {cell.plan["search"]["seed"] for cell in StudyCell.objects.all()}
    assert len(seeds) == 36
    assert Study.objects.get().settings["preset"] == "quick"
