"""Experiments are renamed, tagged, archived, given another budget, and deleted."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from search import services
from search.models import Evaluation, Experiment, Genotype, IdempotentReply, Individual
from tests.api.conftest import Api
from tests.search.searching import claim_next, created, finish, small_config, started

pytestmark = pytest.mark.django_db


def change(api: Api, experiment: Experiment, body: dict[str, Any]) -> Any:
    document = json.dumps(body).encode()
    return api.send(f"/experiments/{experiment.pk}", document, method="PATCH")


def test_what_is_given_changes_and_the_rest_stays(api: Api) -> None:
    experiment = created(name="Before")
    changed = change(api, experiment, {"name": " After ", "tags": ["thesis", "digits"]})
    assert (changed["name"], changed["notes"], changed["tags"]) == ("After", "", ["thesis", "digits"])
    changed = change(api, experiment, {"notes": "Read me"})
    assert (changed["name"], changed["notes"], changed["tags"]) == ("After", "Read me", ["thesis", "digits"])
    assert change(api, experiment, {"tags": []})["tags"] == []


def test_an_archived_one_is_out_of_the_lists_and_can_be_had(api: Api) -> None:
    experiment = created()
    change(api, experiment, {"archived": True})
    assert api.get("/experiments").items == []
    assert [row["id"] for row in api.get("/experiments", archived="true").items] == [experiment.pk]
    change(api, experiment, {"archived": False})
    assert len(api.get("/experiments").items) == 1


def test_a_larger_budget_goes_on_and_a_smaller_one_ends(api: Api) -> None:
    experiment = started(small_config(individuals=3, in_flight=1))
    finish(claim_next(experiment))
    changed = change(api, experiment, {"individuals": 9, "in_flight": 2})
    assert changed["individuals"] == 9
    assert changed["config"]["budget"].items() >= {"individuals": 9, "in_flight": 2}.items()
    assert change(api, experiment, {"individuals": 1})["state"] == "finished"


def test_a_budget_below_what_was_proposed_is_a_conflict(api: Api) -> None:
    experiment = started(small_config(individuals=5, in_flight=2))
    services.advance_experiment(experiment_id=experiment.pk)
    refused = change(api, experiment, {"individuals": 1, "name": "Not this either"})
    assert refused.status == 409
    assert refused["state"] == "running"
    assert "proposed 2" in refused["detail"]
    experiment.refresh_from_db()
    assert (experiment.name, experiment.individuals_planned) == ("test", 5)


def test_the_budget_of_a_finished_search_grows_and_never_shrinks(api: Api, search: Experiment) -> None:
    refused = change(api, search, {"individuals": search.evaluated - 1})
    assert refused.status == 409
    assert refused["state"] == "finished"
    extended = change(api, search, {"individuals": 100})
    assert (extended.status, extended["state"]) == (200, "running")


@pytest.mark.parametrize(
    "body,field",
    [
        ({"name": ""}, "name"),
        ({"tags": ["one, two"]}, "tags.0"),
        ({"tags": "thesis"}, "tags"),
        ({"individuals": 0}, "individuals"),
        ({"individuals": "7"}, "individuals"),
        ({"state": "finished"}, "state"),
    ],
)
def test_what_cannot_be_changed_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    refused = change(api, created(), body)
    assert refused.status == 422
    assert refused.fields == [field]


def test_a_deleted_experiment_is_gone_and_what_was_trained_stays(api: Api, search: Experiment) -> None:
    trained, genotypes = Evaluation.objects.count(), Genotype.objects.count()
    deleted = api.send(f"/experiments/{search.pk}", b"", method="DELETE")
    assert (deleted.status, deleted.content) == (204, b"")
    assert not Individual.objects.exists()
    assert (Evaluation.objects.count(), Genotype.objects.count()) == (trained, genotypes)
    assert api.send(f"/experiments/{search.pk}", b"", method="DELETE").status == 404


def test_a_running_one_is_stopped_before_it_is_deleted(api: Api) -> None:
    experiment = started()
    refused = api.send(f"/experiments/{experiment.pk}", b"", method="DELETE")
    assert refused.status == 409
    assert refused["state"] == "running"
    api.post(f"/experiments/{experiment.pk}/stop")
    assert api.send(f"/experiments/{experiment.pk}", b"", method="DELETE").status == 204


def test_a_failed_creation_does_not_use_its_key_up(api: Api) -> None:
    key = {"Idempotency-Key": "again"}
    assert api.post("/experiments", {"preset": "slow"}, headers=key).status == 422
    assert not IdempotentReply.objects.exists()
    assert api.post("/experiments", {"preset": "quick"}, headers=key).status == 201


@pytest.mark.django_db(transaction=True)
def test_requests_with_one_key_at_the_same_moment_create_one_experiment() -> None:
    def create(_: int) -> int:
        try:
            answer = Api(Client()).post(
                "/experiments", {"preset": "quick"}, headers={"Idempotency-Key": "at-once"}
            )
        finally:
            connection.close()
        assert answer.status == 201
        number: int = answer["id"]
        return number

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(create, range(8)))
    assert numbers == set(Experiment.objects.values_list("pk", flat=True))
    assert len(numbers) == 1
