"""Final evaluations over REST: asked for, shown with mean and deviation, stopped, refused with what would be right."""

import pytest

from search.models import Experiment, FinalEvaluation
from search.selectors.evolution_gain import best_at_steps
from tests.api.conftest import Api
from tests.search.final_scores import made_up_final, scored

pytestmark = pytest.mark.django_db


def test_the_best_networks_are_asked_for_once(api: Api, search: Experiment) -> None:
    body = {"experiment_id": search.pk, "best": 2, "overrides": {"repeats": 4}}
    first = api.post("/finals", body)
    assert first.status == 201
    assert [row["runs"] for row in first.document["items"]] == [4, 4]
    assert len({row["phenotype_key"] for row in first.document["items"]}) == 2
    again = api.post("/finals", body)
    assert [row["id"] for row in again.document["items"]] == [row["id"] for row in first.document["items"]]
    assert FinalEvaluation.objects.count() == 2


def test_a_finished_one_tells_its_runs_and_what_they_come_to(api: Api, search: Experiment) -> None:
    row = made_up_final(search, right=(7, 9))
    document = api.get(f"/finals/{row.pk}").document
    assert (document["state"], document["finished"], document["test_images"]) == ("done", 2, 30)
    assert document["accuracy"] == pytest.approx(0.8)
    assert document["deviation"] == pytest.approx(0.1414, abs=1e-4)
    assert [run["accuracy"] for run in document["records"]] == [0.7, 0.9]
    assert document["records"][0]["confusion"][0] == [0, 0, 7]
    [listed] = api.get(f"/finals?phenotype_key={row.phenotype_key}").document["items"]
    assert listed["accuracy"] == pytest.approx(0.8)


def test_what_is_not_right_is_refused_with_what_would_be(api: Api, search: Experiment) -> None:
    key = {"experiment_id": search.pk}
    unknown = api.post("/finals", key | {"best": 1, "preset": "huge"})
    assert unknown.status == 422
    assert "use one of short, search, laptop-large" in unknown.document["errors"][0]["message"]
    assert api.post("/finals", key).document["errors"][0]["field"] == "step"
    wide = api.post("/finals", key | {"best": 1, "overrides": {"channels": 5000}})
    assert (wide.status, wide.document["errors"][0]["field"]) == (422, "overrides.channels")
    unknown = api.post("/finals", key | {"step": 9_999})
    assert (unknown.status, unknown["errors"][0]["field"]) == (422, "step")
    for address in ("/finals", "/finals/cost"):
        unknown = api.post(address, key | {"step": 0, "experiment_id": 9_999})
        assert (unknown.status, unknown["errors"][0]["field"]) == (422, "experiment_id")
    assert FinalEvaluation.objects.count() == 0


def test_networks_along_the_search_are_costed_asked_for_and_compared(api: Api, search: Experiment) -> None:
    body = {"experiment_id": search.pk, "along": 3, "preset": "laptop-large"}
    cost = api.post("/finals/cost", body).document
    assert FinalEvaluation.objects.count() == 0
    asked = api.post("/finals", body).document["items"]
    assert (cost["networks"], cost["trainings"], cost["known"]) == (len(asked), len(asked), 0)
    assert api.post("/finals/cost", body).document["seconds"] == 0
    assert api.get(f"/experiments/{search.pk}/gain").document == {
        "first_step": None,
        "fitness": [],
        "lines": [],
    }
    first, *_, last = best_at_steps(search)
    scored(first, right=(5, 7))
    scored(last, right=(9, 9))
    found = api.get(f"/experiments/{search.pk}/gain").document
    assert found["first_step"] == first.step
    assert found["lines"][0]["points"][-1]["gain"] == pytest.approx(0.3)
    both = api.post("/finals", body | {"best": 1})
    assert "along for those of the gain" in both.document["errors"][0]["message"]
    assert api.post("/finals/cost", body | {"preset": "huge"}).status == 422


def test_one_is_stopped_and_tried_again(api: Api, search: Experiment) -> None:
    [row] = api.post("/finals", {"experiment_id": search.pk, "best": 1}).document["items"]
    assert api.post(f"/finals/{row['id']}/stop").document["state"] == "cancelled"
    refused = api.post(f"/finals/{row['id']}/stop")
    assert (refused.status, refused.document["state"]) == (409, "cancelled")
    assert api.post(f"/finals/{row['id']}/retry").document["state"] == "waiting"
    assert api.get("/finals/999").status == 404


def test_a_baseline_is_asked_for_under_the_protocol_of_the_search(api: Api, search: Experiment) -> None:
    body = {"experiment_id": search.pk, "baseline": "random", "overrides": {"repeats": 2}}
    [row] = api.post("/finals", body).document["items"]
    assert [again["id"] for again in api.post("/finals", body).document["items"]] == [row["id"]]
    final = FinalEvaluation.objects.get()
    assert (final.protocol["dataset"], final.runs) == (search.config["protocol"]["dataset"], 2)
    unknown = api.post("/finals", body | {"baseline": "vgg"})
    assert "use one of residual, inception, liu2018, random" in unknown.document["errors"][0]["message"]
    assert api.post("/finals", body | {"best": 1}).status == 422
