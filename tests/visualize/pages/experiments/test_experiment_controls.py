"""Start, pause, resume, stop."""

import pytest
from django.test import Client

from search.models import Experiment
from tests.visualize.searches import in_training, made_search

pytestmark = pytest.mark.django_db


def press(client: Client, experiment: Experiment, button: str) -> str:
    """The page one comes back to."""
    response = client.post(f"/experiments/{experiment.pk}/{button}/", follow=True)
    assert response.redirect_chain == [(f"/experiments/{experiment.pk}/", 302)]
    experiment.refresh_from_db()
    return str(response.content.decode())


def test_a_search_is_started_paused_resumed_and_stopped(client: Client) -> None:
    experiment = made_search(2, planned=8, state="draft")
    states = []
    for button in ("start", "pause", "resume", "stop"):
        press(client, experiment, button)
        states.append(experiment.state)
    assert states == ["running", "paused", "running", "stopped"]


def test_what_was_done_is_said(client: Client) -> None:
    experiment = made_search(2, planned=8, state="running")
    assert "Paused. What is in training now runs to its end; nothing new is begun." in press(
        client, experiment, "pause"
    )


def test_a_button_pressed_too_late_says_so_and_changes_nothing(client: Client) -> None:
    experiment = made_search(2, state="finished")
    assert "is finished; only" in press(client, experiment, "pause")
    assert experiment.state == "finished"


def test_stop_asks_first_on_a_page_of_its_own_without_scripts(client: Client) -> None:
    experiment = made_search(2, planned=8, state="running", name="<i>mine</i>")
    page = client.get(f"/experiments/{experiment.pk}/stop/").content.decode()
    assert "A stopped search cannot be resumed." in page
    assert "<i>mine" not in page
    experiment.refresh_from_db()
    assert experiment.state == "running"


def test_stop_cancels_what_waits(client: Client) -> None:
    experiment = made_search(2, planned=8, state="running")
    row = in_training(experiment, state="waiting")
    press(client, experiment, "stop")
    row.refresh_from_db()
    assert row.state == "cancelled"


@pytest.mark.parametrize("button", ["start", "pause", "resume"])
def test_a_link_alone_changes_nothing(client: Client, button: str) -> None:
    experiment = made_search(2, planned=8, state="running")
    assert client.get(f"/experiments/{experiment.pk}/{button}/").status_code == 405


def test_an_unknown_experiment_is_not_found(client: Client) -> None:
    assert client.post("/experiments/999/pause/").status_code == 404
