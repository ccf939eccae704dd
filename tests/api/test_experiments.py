"""Experiments are created, listed, shown, started, paused, resumed and stopped."""

from typing import Any

import pytest

from search.evolution.experiments.presets import PRESETS
from search.models import Experiment
from search.selectors.experiments import experiment_by_id
from tests.api.conftest import Api
from tests.search.searching import created, small_config, started
from tests.visualize.searches import made_search

pytestmark = pytest.mark.django_db


def test_an_experiment_is_created_from_a_preset(api: Api) -> None:
    made = api.post("/experiments", {"preset": "quick", "name": "First", "notes": "why not"})
    assert made.status == 201
    assert made["state"] == "draft"
    assert (made["name"], made["notes"]) == ("First", "why not")
    assert made["config"] == PRESETS["quick"].config.to_json()
    assert made.headers["Location"] == f"/api/v1/experiments/{made['id']}"


def test_a_preset_gives_its_title_as_the_name(api: Api) -> None:
    assert api.post("/experiments", {"preset": "quick"})["name"] == PRESETS["quick"].title


def test_it_says_whether_it_found_nothing(api: Api) -> None:
    hopeless, fine = made_search(3, failing=3), made_search(3, failing=2)
    assert api.get(f"/experiments/{hopeless.pk}")["found_nothing"] is True
    assert api.get(f"/experiments/{fine.pk}")["found_nothing"] is False
    found = {row["id"]: row["found_nothing"] for row in api.get("/experiments")["items"]}
    assert found == {hopeless.pk: True, fine.pk: False}


def test_overrides_are_merged_into_the_preset(api: Api) -> None:
    over = {"seed": 9, "strategy": {"tournament_fraction": 0.5}, "protocol": {"crop": None}}
    made = api.post("/experiments", {"preset": "quick", "overrides": over})
    expected = PRESETS["quick"].config.to_json()
    expected["seed"] = 9
    expected["strategy"]["tournament_fraction"] = 0.5
    expected["protocol"]["crop"] = None
    assert made["config"] == expected


def test_a_whole_document_is_taken_with_a_space_of_ones_own(api: Api) -> None:
    space = {
        "levels": [{"motifs": 3, "nodes": 4}, {"motifs": 1, "nodes": 4}],
        "primitives": ["conv1x1", "identity"],
    }
    made = api.post("/experiments", {"config": {"space": space, "budget": {"individuals": 3}}})
    assert made.status == 201
    assert made["config"]["space"] == space | {"max_parameters": None}
    assert made["individuals"] == 3


def test_a_space_may_have_a_normal_and_a_reduction_cell(api: Api) -> None:
    space = {"levels": [{"motifs": 3, "nodes": 4}, {"motifs": 2, "nodes": 4}], "reduction_cell": True}
    made = api.post("/experiments", {"config": {"space": space}})
    assert made.status == 201
    assert made["config"]["space"]["reduction_cell"] is True
    table = {"evaluator": {"kind": "table", "table": "any"}}
    refused = api.post("/experiments", {"config": {"space": space, "protocol": table}})
    assert refused.status == 422
    assert "knows networks of one cell" in refused["errors"][0]["message"]
    schema = api.get("/openapi.json")["components"]["schemas"]["SearchSpace"]
    assert schema["properties"]["reduction_cell"]["default"] is False


def test_an_experiment_is_cloned(api: Api) -> None:
    other = created(small_config(seed=5), name="The other")
    made = api.post("/experiments", {"clone_of": other.pk, "overrides": {"seed": 6}})
    assert made["name"] == "The other"
    assert made["config"] == other.config | {"seed": 6}


def test_a_created_experiment_can_be_started_at_once(api: Api) -> None:
    assert api.post("/experiments", {"preset": "quick", "start": True})["state"] == "running"


def test_a_repeated_creation_with_one_key_makes_one_experiment(api: Api) -> None:
    key = {"Idempotency-Key": "my-notebook-17"}
    made = [api.post("/experiments", {"preset": "quick", "start": True}, headers=key) for _ in range(2)]
    assert [row.status for row in made] == [201, 201]
    assert made[0]["id"] == made[1]["id"]
    assert Experiment.objects.count() == 1


def test_a_key_that_made_something_else_is_a_conflict(api: Api) -> None:
    key = {"Idempotency-Key": "my-notebook-17"}
    api.post("/experiments", {"preset": "quick"}, headers=key)
    refused = api.post("/experiments", {"preset": "paper-flat"}, headers=key)
    assert refused.status == 409
    assert "take a new key" in refused["detail"]
    assert Experiment.objects.count() == 1


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "", "exactly one of preset, config and clone_of"),
    ({"preset": "quick", "config": {}}, "", "exactly one of preset, config and clone_of"),
    ({"preset": "slow"}, "preset", "use one of quick"),
    ({"preset": "quick", "colour": "red"}, "colour", "not a field"),
    ({"preset": "quick", "name": " "}, "name", "pattern"),
    ({"preset": "quick", "name": "x" * 201}, "name", "200"),
    ({"preset": "quick", "start": "yes"}, "start", "bool"),
    ({"clone_of": 4711}, "clone_of", "no such experiment"),
    ({"config": {"protocol": {"steps": 0}}}, "config.protocol.steps", "greater than or equal to 1, got 0"),
    ({"config": {"protocol": {"stepz": 5}}}, "config.protocol.stepz", "not permitted"),
    ({"config": {"space": "cubic"}}, "config.space", "presets are hierarchical"),
    ({"config": {"budget": {"individuals": -3}}}, "config.budget.individuals", "got -3"),
    ({"config": {"seed": "7"}}, "config.seed", "must be written as 7"),
    ({"config": {"protocol": {"flip": 1}}}, "config.protocol.flip", "must be written as true"),
    (
        {"preset": "quick", "overrides": {"protocol": {"dataset": "imagenet"}}},
        "overrides.protocol.dataset",
        "use one of digits",
    ),
]


@pytest.mark.parametrize("body,field,words", REFUSED, ids=[str(row[0])[:60] for row in REFUSED])
def test_what_is_not_right_is_named_and_nothing_is_created(
    api: Api, body: dict[str, Any], field: str, words: str
) -> None:
    refused = api.post("/experiments", body)
    assert refused.status == 422
    assert refused["type"].endswith("#invalid")
    assert refused.fields[0] == field
    assert words in refused["errors"][0]["message"]
    assert not Experiment.objects.exists()


def test_every_fault_is_named_with_its_value(api: Api) -> None:
    refused = api.post("/experiments", {"config": {"seed": -1, "protocol": {"steps": 0, "channels": 5000}}})
    assert {(row["field"], row["value"]) for row in refused["errors"]} == {
        ("config.seed", -1),
        ("config.protocol.steps", 0),
        ("config.protocol.channels", 5000),
    }


def test_experiments_are_listed_newest_first_and_filtered(api: Api) -> None:
    created(name="Alpha")
    running = started(name="Beta")
    created(name="Gamma")
    assert [row["name"] for row in api.get("/experiments").items] == ["Gamma", "Beta", "Alpha"]
    assert [row["name"] for row in api.get("/experiments", order="id").items] == ["Alpha", "Beta", "Gamma"]
    assert [row["id"] for row in api.get("/experiments", state="running").items] == [running.pk]
    assert [row["name"] for row in api.get("/experiments", query="gam").items] == ["Gamma"]


def test_cursors_walk_through_all_experiments_once(api: Api) -> None:
    for number in range(5):
        created(name=str(number))
    names, cursor = [], ""
    while cursor is not None:
        page = api.get("/experiments", limit=2, cursor=cursor)
        assert len(page.items) <= 2
        names += [row["name"] for row in page.items]
        cursor = page["next_cursor"]
    assert names == ["4", "3", "2", "1", "0"]


def test_an_experiment_is_shown_with_its_best(api: Api, search: Experiment) -> None:
    shown = api.get(f"/experiments/{search.pk}")
    best = experiment_by_id(search.pk).best
    assert best is not None
    assert (shown["state"], shown["evaluated"], shown["failed"]) == ("finished", 11, 1)
    assert shown["best"]["step"] == best.step
    assert shown["best"]["genotype_key"] == best.genotype.key


def test_a_search_is_started_paused_resumed_and_stopped(api: Api) -> None:
    address = f"/experiments/{created().pk}"
    for verb, state in (
        ("start", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("stop", "stopped"),
    ):
        assert api.post(f"{address}/{verb}")["state"] == state


@pytest.mark.parametrize("verb", ["pause", "resume", "stop"])
def test_a_draft_refuses_with_its_state(api: Api, verb: str) -> None:
    refused = api.post(f"/experiments/{created().pk}/{verb}")
    assert refused.status == 409
    assert refused["state"] == "draft"
    assert "draft" in refused["detail"]


@pytest.mark.parametrize("address", ["", "/curves", "/individuals", "/individuals/0", "/wait"])
def test_an_unknown_experiment_is_not_found(api: Api, address: str) -> None:
    refused = api.get(f"/experiments/4711{address}")
    assert refused.status == 404
    assert "experiment 4711" in refused["detail"]


@pytest.mark.parametrize("verb", ["start", "pause", "resume", "stop"])
def test_an_unknown_experiment_cannot_be_changed(api: Api, verb: str) -> None:
    assert api.post(f"/experiments/4711/{verb}").status == 404


@pytest.mark.parametrize("name", ["\u200b", "\u2060\u3164", " \u00ad "])
def test_a_name_that_nobody_can_see_is_refused(api: Api, name: str) -> None:
    refused = api.post("/experiments", {"preset": "quick", "name": name})
    assert refused.status == 422
    assert "holds nothing that can be seen" in refused["errors"][0]["message"]


def test_a_preset_on_another_data_set_keeps_its_shares(api: Api) -> None:
    over = {"protocol": {"dataset": "folder:pets", "steps": 9}}
    made = api.post("/experiments", {"preset": "paper-flat", "overrides": over})
    protocol = made["config"]["protocol"]
    assert (protocol["dataset"], protocol["steps"], protocol["validation_share"]) == ("folder:pets", 9, 0.2)
    small = api.post(
        "/experiments", {"preset": "paper-flat", "overrides": {"protocol": {"dataset": "digits"}}}
    )
    assert small["config"]["protocol"]["validation_images"] == 287
