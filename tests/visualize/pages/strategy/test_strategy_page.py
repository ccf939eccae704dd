"""The page of a search's strategy: how it chooses, what it has learned, why each individual was proposed."""

import re
from typing import Any

import pytest
from django.test import Client

from search.evolution.strategies import STRATEGIES
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _instant_training(settings: Any) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()


@pytest.mark.parametrize("kind", STRATEGIES)
def test_every_strategy_has_a_page_before_during_and_after_its_search(client: Client, kind: str) -> None:
    told = {"kind": kind, "initial_population": 4}
    experiment = started(small_config(individuals=9, in_flight=1, strategy=told))
    address = f"/experiments/{experiment.pk}/strategy/"
    assert "Nothing was proposed yet" in client.get(address).content.decode()
    work_off(experiment)
    page = client.get(address).content.decode()
    assert STRATEGIES[kind].title in page
    assert f'href="/experiments/{experiment.pk}/individuals/8/"' in page
    answer = client.get(f"/api/v1/experiments/{experiment.pk}/strategy").json()
    assert (answer["kind"], answer["runs"]) == (kind, STRATEGIES[kind].runs)


def test_the_pressure_of_a_tournament_is_shown_as_the_chance_of_each_rank(client: Client) -> None:
    told = {"initial_population": 8, "tournament_fraction": 0.5, "tournament_probability": 0.5}
    experiment = work_off(started(small_config(individuals=8, in_flight=1, strategy=told)))
    answer = client.get(f"/api/v1/experiments/{experiment.pk}/strategy").json()
    [table] = answer["tables"]
    # 4 of 8 are drawn; the fittest of all is among them in half of the cases and wins with 1/2 + 1/16.
    assert table["rows"][0] == ["rank 1", "28.12 %"]
    assert ["Tournament", "4 of 8"] in answer["facts"]


def test_what_a_model_has_learned_is_shown_version_by_version(client: Client) -> None:
    told = {"kind": "reinforce", "initial_population": 3, "drafts": 3}
    experiment = work_off(started(small_config(individuals=14, in_flight=1, strategy=told)))
    page = client.get(f"/experiments/{experiment.pk}/strategy/").content.decode()
    assert "Entropy" in page
    assert "sep3x3" in page
    assert "drawn by the controller, log-probability" in page
    answer = client.get(f"/api/v1/experiments/{experiment.pk}/strategy").json()
    assert [row["version"] for row in answer["history"]] == list(range(1, answer["version"] + 1))
    assert all(row["entropy"] > 0 for row in answer["history"])


def test_why_an_individual_was_proposed_stands_on_its_page_and_in_every_list(client: Client) -> None:
    told = {"kind": "crossover", "initial_population": 4, "crossover_probability": 1.0}
    experiment = work_off(started(small_config(individuals=12, in_flight=1, strategy=told)))
    rows = client.get(f"/api/v1/experiments/{experiment.pk}/individuals?limit=50").json()["items"]
    crossed = [row for row in rows if row["origin"] == "crossover"]
    assert crossed
    assert all(row["why"].startswith(f"crossover of #{row['parent_step']} and #") for row in crossed)
    page = client.get(f"/experiments/{experiment.pk}/individuals/{crossed[0]['step']}/").content.decode()
    assert crossed[0]["why"] in page
    answer = client.get(f"/api/v1/experiments/{experiment.pk}/individuals.csv")
    assert crossed[0]["why"] in answer.getvalue().decode()


def test_an_experiment_that_is_not_there_has_no_strategy(client: Client) -> None:
    assert client.get("/experiments/999/strategy/").status_code == 404
    assert client.get("/api/v1/experiments/999/strategy").status_code == 404


def test_predictions_are_drawn_against_what_was_found_and_shares_are_shaded(client: Client) -> None:
    told = {"kind": "bayesian", "initial_population": 4, "drafts": 3, "pool": 20}
    experiment = work_off(started(small_config(individuals=13, in_flight=1, strategy=told)))
    page = client.get(f"/experiments/{experiment.pk}/strategy/").content.decode()
    drawn = re.search(r'aria-label="Predicted against found fitness of (\d+) networks"', page)
    dots = re.search(r'<path class="dots" d="([^"]+)"', page)
    assert drawn is not None
    assert dots is not None
    assert dots[1].count("h0") == int(drawn[1]) >= 6
    told = {"kind": "reinforce", "initial_population": 3, "drafts": 3}
    experiment = work_off(started(small_config(individuals=7, in_flight=1, strategy=told)))
    page = client.get(f"/experiments/{experiment.pk}/strategy/").content.decode()
    # Seven choices, nearly alike at first, each about a seventh.
    assert page.count('class="num shade shade-1"') > 40
