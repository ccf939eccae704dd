"""Hierarchical, flat and random with one button."""

import re

import pytest
from django.test import Client

from search.evolution.baselines import KINDS, baselines
from search.evolution.presets import PRESETS
from search.models import Experiment

pytestmark = pytest.mark.django_db


def test_they_differ_by_space_strategy_and_seed_alone() -> None:
    made = baselines(PRESETS["quick"].config, networks=40, seeds=2)
    assert len(made) == 2 * len(KINDS)
    assert len({name for name, _ in made}) == len(made)
    documents = [config.to_json() for _, config in made]
    assert {(d["space"], d["strategy"]["kind"], d["seed"]) for d in documents} == {
        (space, kind, seed) for _, space, kind in KINDS for seed in (1, 2)
    }
    rest = [{**d, "space": "", "seed": 0, "strategy": {**d["strategy"], "kind": ""}} for d in documents]
    assert all(each == rest[0] for each in rest)


def test_one_button_starts_them_once_and_leads_to_their_comparison(client: Client) -> None:
    page = client.get("/compare/").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    sent = {"token": token[1], "seeds": "2", "networks": "20"}
    for _ in range(2):
        answer = client.post("/experiments/new/baselines/", sent)
    made = list(Experiment.objects.order_by("pk"))
    assert [row.state for row in made] == ["running"] * 6
    numbers = ",".join(str(row.pk) for row in made)
    assert answer.headers["Location"] == f"/compare/?experiments={numbers}&x=evaluations"
    compared = client.get(answer.headers["Location"]).content.decode()
    assert "6 experiments in 3 configurations" in compared.replace("</a>", "")


@pytest.mark.parametrize("seeds, networks", [("", "20"), ("99", "20"), ("2", "-1"), ("<b>", "20")])
def test_numbers_that_are_not_offered_start_nothing(client: Client, seeds: str, networks: str) -> None:
    answer = client.post("/experiments/new/baselines/", {"seeds": seeds, "networks": networks}, follow=True)
    assert "Choose how many seeds and networks" in answer.content.decode()
    assert not Experiment.objects.exists()
