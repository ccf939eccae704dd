"""Evaluations are listed and shown with their curves and log, tried again and given up."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from search.artifacts.checkpoints import repeat_checkpoint
from search.models import Evaluation, Experiment, Individual
from tests.api.conftest import ROOT, Api
from tests.search.searching import claim_next, record, started

pytestmark = pytest.mark.django_db


def test_evaluations_are_listed_and_filtered(api: Api, search: Experiment) -> None:
    everything = api.get("/evaluations").items
    ids = [row["id"] for row in everything]
    assert ids == sorted(ids, reverse=True)
    failed = api.get("/evaluations", state="failed").items
    assert [row["reason_code"] for row in failed] == ["not_finite"]
    row = everything[0]
    assert [other["id"] for other in api.get("/evaluations", phenotype_key=row["phenotype_key"]).items] == [
        row["id"]
    ]
    assert len(api.get("/evaluations", protocol_key=row["protocol_key"]).items) == len(everything)
    assert len(api.get("/evaluations", experiment_id=search.pk).items) == len(everything)
    assert api.get("/evaluations", experiment_id=4711).items == []


def test_an_evaluation_is_shown_with_protocol_and_repeats(api: Api, search: Experiment) -> None:
    evaluation = Evaluation.objects.filter(state="done").first()
    assert evaluation is not None
    shown = api.get(f"/evaluations/{evaluation.pk}")
    assert shown["protocol"] == search.config["protocol"]
    assert [row["accuracy"] for row in shown["repeats"]] == [shown["fitness"]]
    curves = api.get(f"/evaluations/{evaluation.pk}/curves")
    assert curves["state"] == "done"
    assert curves["repeats"][0]["points"][-1]["step"] == 10
    assert curves["live"] == []


def test_points_without_some_measurement_hold_null(api: Api) -> None:
    claim = claim_next(started())
    record(claim, 0.5)
    points = api.get(f"/evaluations/{claim.evaluation_id}/curves")["repeats"][0]["points"]
    assert points == [
        {"step": 1, "loss": 0.5, "train_accuracy": None, "validation_accuracy": None, "seconds": None}
    ]


def test_the_log_of_a_failed_one_is_shown(api: Api, search: Experiment) -> None:
    failed = Evaluation.objects.get(state="failed")
    shown = api.get(f"/evaluations/{failed.pk}/log")
    assert (shown["reason"], shown["log"]) == ("The loss was nan.", "Traceback …")


def test_a_failed_one_is_tried_again(api: Api, search: Experiment) -> None:
    failed = Evaluation.objects.get(state="failed")
    assert api.post(f"/evaluations/{failed.pk}/retry")["state"] == "waiting"
    search.refresh_from_db()
    assert (search.state, search.failed) == ("running", 0)


def test_what_is_done_is_not_tried_again(api: Api, search: Experiment) -> None:
    done = Evaluation.objects.filter(state="done").first()
    assert done is not None
    for verb in ("retry", "cancel"):
        refused = api.post(f"/evaluations/{done.pk}/{verb}")
        assert refused.status == 409
        assert refused["state"] == "done"


def test_a_running_one_is_given_up(api: Api) -> None:
    experiment = started()
    claim = claim_next(experiment)
    assert api.post(f"/evaluations/{claim.evaluation_id}/cancel").status == 200
    assert Individual.objects.get(experiment=experiment, step=0).state == "cancelled"


@pytest.mark.parametrize("address", ["", "/curves", "/log"])
def test_an_unknown_evaluation_is_not_found(api: Api, address: str) -> None:
    assert api.get(f"/evaluations/4711{address}").status == 404


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_an_unknown_evaluation_cannot_be_changed(api: Api, verb: str) -> None:
    assert api.post(f"/evaluations/4711/{verb}").status == 404


def test_checkpoints_are_listed_and_downloaded_as_the_trainer_gave_them(
    api: Api, settings: Settings, tmp_path: Path
) -> None:
    settings.CHECKPOINT_DIR = tmp_path
    claim = claim_next(started())
    address = f"/evaluations/{claim.evaluation_id}/checkpoints"
    assert api.get(address).items == []
    assert api.get(f"{address}/1").status == 404
    keys = {"phenotype_key": claim.phenotype_key, "protocol_key": claim.protocol_key}
    repeat_checkpoint(**keys, repeat=1).save(b"the state")
    repeat_checkpoint(**{**keys, "phenotype_key": "0" * 32}, repeat=0).save(b"of another")
    (listed,) = api.get(address).items
    assert (listed["repeat"], listed["bytes"]) == (1, 9)
    response: Any = api.client.get(f"{ROOT}{address}/1")
    assert b"".join(response.streaming_content) == b"the state"
    assert response.headers["Content-Length"] == "9"
    assert api.get("/evaluations/4711/checkpoints").status == 404
