"""Shared trainings over REST: counted before they start, refused with the numbers, watched, made use of."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from search.artifacts.stored import keep_artifact
from search.models import Artifact, Experiment
from search.services.workers import report_worker
from tests.api.conftest import Api
from tests.search.searching import work_off
from tests.search.shared_training_results import DOCUMENT, made_up_shared_training, running_shared_training

pytestmark = pytest.mark.django_db


def worker(offers: str) -> None:
    report_worker(name="big@here", device="cpu", version="1", processes=1, offers=offers, starting=True)


def test_the_same_document_is_one_shared_training(api: Api) -> None:
    first = api.post("/shared-trainings", {"document": DOCUMENT, "name": "One", "retrain_best": 3})
    assert (first.status, first.document["retrain_best"]) == (201, 3)
    again = api.post("/shared-trainings", {"document": DOCUMENT, "name": "Two"})
    assert again.document["id"] == first.document["id"]
    assert [row["name"] for row in api.get("/shared-trainings").document["items"]] == ["One"]


def test_a_document_that_is_not_right_names_the_field(api: Api) -> None:
    refused = api.post("/shared-trainings", {"document": DOCUMENT | {"epochs": 0}})
    assert (refused.status, refused.document["errors"][0]["field"]) == (422, "document.epochs")
    assert Artifact.objects.count() == 0


def test_it_is_counted_before_it_starts(api: Api) -> None:
    worker("memory=16")
    found = api.post("/shared-trainings/estimate", {"document": DOCUMENT}).document
    assert found["parameters"] == 1_300_062
    assert found["fits"]
    soft = api.post("/shared-trainings/estimate", {"document": DOCUMENT | {"method": "darts"}}).document
    assert soft["bytes_per_image"] > 10 * found["bytes_per_image"]


def test_what_no_worker_can_hold_is_refused_with_the_numbers(api: Api) -> None:
    worker("memory=1")
    huge = DOCUMENT | {"method": "darts", "protocol": DOCUMENT["protocol"] | {"batch_size": 512}}
    refused = api.post("/shared-trainings", {"document": huge})
    assert refused.status == 409
    assert "1,300,062 weights and 20.0 MiB for each of 512 images" in refused.document["detail"]
    assert "the largest worker has 2.0 GiB" in refused.document["detail"]
    assert Artifact.objects.count() == 0


def test_a_worker_that_says_nothing_of_its_memory_is_no_reason_to_refuse(api: Api) -> None:
    worker("gpu")
    huge = DOCUMENT | {"method": "darts", "protocol": DOCUMENT["protocol"] | {"batch_size": 512}}
    assert api.post("/shared-trainings/estimate", {"document": huge}).document["fits"]


def test_its_epochs_are_shown_while_it_trains(api: Api) -> None:
    row = running_shared_training(epochs=5)
    document = api.get(f"/shared-trainings/{row.pk}").document
    assert [point["epoch"] for point in document["history"]] == [1, 2, 3, 4, 5]
    assert api.get(f"/shared-trainings/{row.pk}/weights.pt").status == 404


def test_its_weights_are_taken_away(api: Api, settings: Settings, tmp_path: Path) -> None:
    settings.CHECKPOINT_DIR = tmp_path
    row = made_up_shared_training()
    keep_artifact(row.key, b"the weights")
    answer: Any = api.client.get(f"/api/v1/shared-trainings/{row.pk}/weights.pt")
    assert b"".join(answer.streaming_content) == b"the weights"


def test_the_best_are_retrained_once_and_agreement_is_told(api: Api) -> None:
    row = made_up_shared_training()
    first = api.post(f"/shared-trainings/{row.pk}/retrain", {"best": 3})
    again = api.post(f"/shared-trainings/{row.pk}/retrain", {"best": 4})
    assert first.document["id"] == again.document["id"]
    experiment = Experiment.objects.get()
    assert experiment.individuals.filter(origin="human").count() == 4
    work_off(experiment)
    document = api.get(f"/shared-trainings/{row.pk}").document
    assert document["retrained_experiment_id"] == experiment.pk
    found = document["agreement"]["shared_weights"]
    assert found["networks"] == document["agreement"]["parameters"]["networks"] >= 4
    assert found["low"] <= found["tau"] <= found["high"]


def test_a_running_one_cannot_be_retrained_from(api: Api) -> None:
    row = running_shared_training()
    refused = api.post(f"/shared-trainings/{row.pk}/retrain", {"best": 3})
    assert (refused.status, refused.document["state"]) == (409, "running")
    assert Experiment.objects.count() == 0


def test_a_search_with_its_weights_says_so_in_its_protocol(api: Api) -> None:
    row = made_up_shared_training()
    made = api.post(f"/shared-trainings/{row.pk}/searches", {"individuals": 4, "strategy": "evolution"})
    assert made.status == 201
    assert made.document["config"]["protocol"]["evaluator"] == {"kind": "shared_weights", "artifact": row.key}
    assert api.get(f"/shared-trainings/{row.pk}").document["search_ids"] == [made.document["id"]]
