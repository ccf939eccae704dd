"""A genotype that a person made is evaluated in an experiment."""

import pytest

from search.evolution.genotypes.genotype import trivial_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.space import SPACES
from search.models import Experiment, Individual
from tests.api.conftest import Api
from tests.search.searching import created, started, work_off

pytestmark = pytest.mark.django_db
CELL = PUBLISHED["liu2018"].genotype


def test_it_joins_the_population_and_is_trained(api: Api, search: Experiment) -> None:
    made = api.post(f"/experiments/{search.pk}/individuals", {"genotype": CELL.text, "parent_step": 3})
    assert made.status == 201
    assert (made["origin"], made["parent_step"], made["step"]) == ("human", 3, 12)
    assert made.headers["Location"] == f"/api/v1/experiments/{search.pk}/individuals/12"
    work_off(search)
    shown = api.get(f"/experiments/{search.pk}/individuals/12")
    assert shown["state"] == "done"
    assert shown["genotype_key"] == CELL.key


def test_a_repeated_request_adds_nothing(api: Api) -> None:
    experiment = started()
    body = {"genotype": CELL.to_json(), "eligible": False}
    headers = {"Idempotency-Key": "once"}
    made = [api.post(f"/experiments/{experiment.pk}/individuals", body, headers=headers) for _ in range(2)]
    assert made[0].document == made[1].document
    assert Individual.objects.filter(experiment=experiment, origin="human").count() == 1
    api.post(f"/experiments/{experiment.pk}/individuals", body)
    assert Individual.objects.filter(experiment=experiment, origin="human").count() == 2


def test_what_does_not_fit_the_experiment_is_a_conflict(api: Api) -> None:
    flat = trivial_genotype(SPACES["flat"]).text
    address = f"/experiments/{started().pk}/individuals"
    refused = api.post(address, {"genotype": flat})
    assert (refused.status, refused["state"]) == (409, "running")
    assert "another space" in refused["detail"]
    assert api.post(address, {"genotype": CELL.text, "parent_step": 99}).status == 409
    draft = api.post(f"/experiments/{created().pk}/individuals", {"genotype": CELL.text})
    assert (draft.status, draft["state"]) == (409, "draft")


@pytest.mark.parametrize(
    "body,field",
    [
        ({}, "genotype"),
        ({"genotype": "nonsense"}, "genotype"),
        ({"genotype": CELL.text, "parent_step": -1}, "parent_step"),
    ],
)
def test_what_is_no_genotype_is_named(api: Api, body: dict[str, object], field: str) -> None:
    refused = api.post(f"/experiments/{started().pk}/individuals", body)
    assert refused.status == 422
    assert refused.fields == [field]


def test_an_unknown_experiment_takes_none(api: Api) -> None:
    assert api.post("/experiments/4711/individuals", {"genotype": CELL.text}).status == 404
