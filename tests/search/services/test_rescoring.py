"""The best trained afresh: an experiment of its own with other seeds on the same split, shown beside what won."""

import json
import statistics
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from search import services
from search.evolution.experiments.config import Protocol
from search.models import Experiment, ExperimentState, FitnessRecord
from search.selectors.consistency_audit import violations
from search.selectors.rescored import rescored
from search.selectors.winner import winner
from search.services.experiments.changes import delete_experiment
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


def finished() -> Experiment:
    return fresh(work_off(started(small_config(individuals=10))))


def fresh(experiment: Experiment) -> Experiment:
    return Experiment.objects.select_related("best__genotype", "best__evaluation").get(pk=experiment.pk)


def test_fresh_seeds_train_the_same_network_on_the_same_split_and_the_search_stays_as_it_was() -> None:
    search = finished()
    before = Experiment.objects.filter(pk=search.pk).values().get()
    made = fresh(work_off(services.rescore_best(experiment_id=search.pk, repeats=4)))
    assert made.state == ExperimentState.FINISHED
    assert search.best is not None
    assert made.best is not None
    won, again = search.best.evaluation, made.best.evaluation
    assert won.phenotype_key == again.phenotype_key
    assert again.protocol["seed"] != won.protocol["seed"]
    assert (
        Protocol.model_validate(won.protocol).splits_by == Protocol.model_validate(again.protocol).splits_by
    )
    accuracies = list(FitnessRecord.objects.filter(evaluation=again).values_list("accuracy", flat=True))
    assert len(set(accuracies)) == 4
    found = rescored(search.best)
    assert found is not None
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(statistics.fmean(accuracies))
    assert found.loss == pytest.approx((search.best.fitness or 0) - statistics.fmean(accuracies))
    told = winner(search)
    assert told is not None
    assert told.caution.startswith("Trained afresh 4 times with other seeds it reached ")
    assert f"the {100 * (search.best.fitness or 0):.1f} % that won." in told.caution
    assert Experiment.objects.filter(pk=search.pk).values().get() == before
    assert violations() == []


def test_one_under_way_is_no_second_one_and_a_later_one_has_seeds_of_its_own() -> None:
    search = finished()
    first = services.rescore_best(experiment_id=search.pk, repeats=2)
    with pytest.raises(services.Conflict, match=f"is being trained afresh already: experiment {first.pk}"):
        services.rescore_best(experiment_id=search.pk)
    found = rescored(search.best)
    assert found is not None
    assert (found.trainings, found.planned, found.is_open) == (0, 2, True)
    work_off(first)
    second = work_off(services.rescore_best(experiment_id=search.pk, repeats=3))
    found = rescored(search.best)
    assert found is not None
    assert (found.trainings, found.is_open, found.experiments) == (5, False, (first.pk, second.pk))
    delete_experiment(experiment_id=first.pk)
    found = rescored(search.best)
    assert found is not None
    assert found.trainings == 3


def test_a_search_without_a_result_and_one_of_another_measure_are_refused() -> None:
    with pytest.raises(services.Conflict, match="has no evaluated network yet"):
        services.rescore_best(experiment_id=started(small_config(individuals=3)).pk)
    search = finished()
    search.config["protocol"]["evaluator"] = {"kind": "inherit"}
    search.save(update_fields=["config"])
    with pytest.raises(services.Conflict, match="are trained from their parents' weights"):
        services.rescore_best(experiment_id=search.pk)


def test_the_button_starts_one_and_the_pages_lead_to_each_other(client: Client) -> None:
    search = finished()
    page = client.get(f"/experiments/{search.pk}/").content.decode()
    assert "Train the best afresh, 5 times" in page
    said = client.post(f"/experiments/{search.pk}/rescore/", follow=True).content.decode()
    made = Experiment.objects.get(rescores=search.best)
    assert made.name == f"{search.name}: #{search.best.step if search.best else 0} trained afresh"
    assert f"experiment {made.pk}" in said
    assert "Train the best afresh" not in said
    work_off(made)
    page = client.get(f"/experiments/{search.pk}/").content.decode()
    assert "Trained afresh 5 times with other seeds it reached" in page
    assert "% trained afresh</p>" in page
    other = client.get(f"/experiments/{made.pk}/").content.decode()
    assert f'of <a href="/experiments/{search.pk}/">experiment {search.pk}</a> afresh' in other


def test_the_api_starts_one_and_tells_what_it_reached(client: Client) -> None:
    search = finished()
    address = f"/api/v1/experiments/{search.pk}/rescorings"
    assert client.get(address).json()["trainings"] == 0
    answer = client.post(address, {"repeats": 3}, content_type="application/json")
    assert (answer.status_code, answer.json()["individuals"]) == (201, 1)
    refused = client.post(address, {"repeats": 3}, content_type="application/json")
    assert refused.status_code == 409
    work_off(Experiment.objects.get(pk=answer.json()["id"]))
    told = client.get(address).json()
    assert (told["trainings"], told["experiments"]) == (3, [answer.json()["id"]])
    assert told["loss"] == pytest.approx(told["fitness"] - told["mean"])
    assert told["low"] < told["mean"] < told["high"]
    assert client.post(address, {"repeats": 17}, content_type="application/json").status_code == 422


def test_run_search_trains_its_best_afresh_where_it_is_asked_to() -> None:
    out = StringIO()
    call_command(
        "run_search", "--individuals", "5", "--rescore", "3", "--json", stdout=out, stderr=StringIO()
    )
    told = json.loads(out.getvalue())
    assert told["rescored"]["trainings"] == 3
    assert told["rescored"]["loss"] == pytest.approx(told["best"]["fitness"] - told["rescored"]["mean"])
    assert told["caution"].startswith("Trained afresh 3 times")
