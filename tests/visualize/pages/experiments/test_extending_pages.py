"""Extend, clone and change what may change, from the head of an experiment and beside a failure."""

import re

import pytest
from django.test import Client

from search.models import Experiment
from tests.visualize.searches import made_search

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_finished_search_is_extended_by_its_form_and_only_once(client: Client) -> None:
    experiment = made_search(6)
    text = page(client, f"/experiments/{experiment.pk}/")
    assert f'href="/experiments/new/?from={experiment.pk}"' in text
    assert 'id="extend-dialog"' in text
    planned = re.search(r'name="planned" value="(\d+)"', text)
    assert planned is not None
    form = {"planned": planned[1], "networks": "40"}
    for _ in range(2):
        client.post(f"/experiments/{experiment.pk}/extend/", form)
        experiment.refresh_from_db()
        assert (experiment.state, experiment.individuals_planned) == ("running", 46)


@pytest.mark.parametrize("networks", ["0", "-3", "", "many", "9999999"])
def test_no_number_of_networks_is_said_beside_the_field(client: Client, networks: str) -> None:
    experiment = made_search(6)
    answer = client.post(f"/experiments/{experiment.pk}/extend/", {"planned": "6", "networks": networks})
    assert answer.status_code == 400
    assert 'id="id_networks_error"' in answer.content.decode()
    assert Experiment.objects.get().state == "finished"


@pytest.mark.parametrize("state, said", [("stopped", "clone it"), ("running", "settings")])
def test_what_cannot_be_extended_says_what_can_be_done(client: Client, state: str, said: str) -> None:
    experiment = made_search(6, state=state)
    text = page(client, f"/experiments/{experiment.pk}/extend/")
    assert said in text
    assert '<button class="button primary">Extend' not in text


def test_after_a_failure_pause_time_limit_and_parallelism_change_and_it_resumes(client: Client) -> None:
    experiment = made_search(4, failing=4, state="paused", planned=20)
    Experiment.objects.update(reason="Paused: all of the first 4 networks failed.")
    text = page(client, f"/experiments/{experiment.pk}/")
    assert f'href="/experiments/{experiment.pk}/settings/#id_in_flight"' in text
    settings = page(client, f"/experiments/{experiment.pk}/settings/")
    assert "networks that are met again are trained anew" in settings
    fields = {"name": "a", "tags": "", "notes": "", "individuals": 20, "in_flight": 1}
    answer = client.post(
        f"/experiments/{experiment.pk}/settings/", {**fields, "time_limit_seconds": 77, "resume": "yes"}
    )
    assert answer.status_code == 302
    experiment.refresh_from_db()
    assert experiment.state == "running"
    assert experiment.config["protocol"]["time_limit_seconds"] == 77
    assert experiment.config["budget"]["in_flight"] == 1
