"""The preview of an edit: counted in a protocol, against where it began, with who builds the network."""

from typing import Any

import pytest

from search.evolution.experiments.config import experiment_config
from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.networks.cost import network_cost
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment
from search.selectors import genotype_of, individual
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
CELL = PUBLISHED["liu2018"].genotype


def preview(api: Api, **body: Any) -> Any:
    answer = api.post("/genotypes/preview", body)
    assert answer.status == 200, answer.document
    return answer


def test_with_an_experiment_it_counts_in_its_protocol_and_tells_what_training_takes(
    api: Api, search: Experiment
) -> None:
    host = experiment_config(search.config).protocol.shape_host
    shown = preview(api, genotype=CELL.text, experiment_id=search.pk)
    cost = network_cost(build_phenotype(CELL), host)
    assert shown["inspection"]["parameters"] == cost.parameters
    assert shown["costs"]["host"]["parameters"] + shown["costs"]["cells"]["parameters"] == cost.parameters
    assert shown["training"]["recorded"] >= 3
    assert shown["training"]["memory_bytes"] > 0


def test_a_preset_has_a_protocol_too_whose_time_is_told_by_arithmetic(api: Api) -> None:
    shown = preview(api, genotype=CELL.text, preset="quick")
    assert shown["inspection"]["host"]["channels"] == PRESETS["quick"].config.protocol.channels
    assert shown["training"]["recorded"] == 0
    assert shown["training"]["seconds"] > 0


def test_with_a_host_alone_there_is_no_training_to_tell_of(api: Api) -> None:
    assert preview(api, genotype=CELL.text)["training"] is None


def test_the_change_is_told_against_the_start(api: Api) -> None:
    edited = CELL.with_edge(2, 5, 4, 1, 1)
    shown = preview(api, genotype=edited.text, start=CELL.to_json(), preset="quick")
    before, after = (preview(api, genotype=each.text, preset="quick") for each in (CELL, edited))
    assert shown["change"]["edges"] == 1
    assert (
        shown["change"]["parameters"]
        == after["inspection"]["parameters"] - before["inspection"]["parameters"]
    )
    assert preview(api, genotype=edited.text)["change"] is None


def test_the_individual_to_open_is_the_experiments_own(api: Api, search: Experiment) -> None:
    best = search.best
    assert best is not None
    known = preview(
        api, genotype=genotype_of(individual(search.pk, best.step)).text, experiment_id=search.pk
    )["known"]
    assert (known["individual"]["experiment_id"], known["individual"]["fitness"]) == (search.pk, best.fitness)
    assert known["evaluation"]["fitness"] == best.fitness


def test_what_cannot_be_evaluated_says_why(api: Api) -> None:
    broken = CELL
    for predecessor in range(1, 5):
        broken = broken.with_edge(3, 1, 5, predecessor, 0)
    shown = preview(api, genotype=broken.text, preset="quick")
    assert "builds no network" in shown["obstacles"][0]
    assert shown["costs"] is None
    assert preview(api, genotype="nonsense")["obstacles"]


@pytest.mark.parametrize(
    "body,field",
    [({"experiment_id": 99}, "experiment_id"), ({"preset": "x"}, "preset"), ({"start": "x"}, "start")],
)
def test_settings_that_do_not_exist_are_refused(api: Api, body: dict[str, Any], field: str) -> None:
    refused = api.post("/genotypes/preview", {"genotype": CELL.text, **body})
    assert refused.status == 422
    assert refused.fields == [field]
