"""From the form to a running search."""

import re
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client

from search.evolution.experiments.presets import PRESETS
from search.models import Evaluation, Experiment
from search.selectors.protocols import key_of
from tests.visualize.searches import trivial_row
from visualize.pages.launch.form import LaunchForm, preset_values

pytestmark = pytest.mark.django_db
NEW = "/experiments/new/"


def values(preset: str = "quick", **changes: Any) -> dict[str, Any]:
    form = LaunchForm()
    filled = {**preset_values(preset), "token": str(uuid4()), **changes}
    sent = {name: form.fields[name].prepare_value(value) for name, value in filled.items()}
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def launch(client: Client, sent: dict[str, Any]) -> Any:
    return client.post(NEW, sent)


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\u00a0", " ")


def test_the_form_creates_starts_and_leads_to_the_page(client: Client) -> None:
    response = launch(client, values(name="My <search>"))
    experiment = Experiment.objects.get()
    assert response.headers["Location"] == f"/experiments/{experiment.pk}/"
    assert (experiment.name, experiment.state) == ("My <search>", "running")
    assert experiment.config == PRESETS["quick"].config.to_json()


def test_a_form_sent_twice_creates_one_experiment(client: Client) -> None:
    sent = values()
    first, second = launch(client, sent), launch(client, sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert Experiment.objects.count() == 1
    launch(client, values())
    assert Experiment.objects.count() == 2


def test_the_controller_is_called_after_the_commit(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with patch("search.tasks.advance.delay") as sent:
        with django_capture_on_commit_callbacks(execute=False) as callbacks:
            launch(client, values())
        sent.assert_not_called()
        callbacks[-1]()
    sent.assert_called_once_with(Experiment.objects.get().pk)


def test_the_demo_starts_with_one_click_and_one_click_only(client: Client) -> None:
    page = text(client.get("/experiments/"))
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    for _ in range(2):
        client.post("/experiments/new/demo/", {"token": token[1]})
    assert Experiment.objects.get().name == "Quick demo"
    client.post("/experiments/new/demo/", {"token": "mangled"})
    assert Experiment.objects.count() == 2


def test_a_preset_fills_the_form_without_scripts(client: Client) -> None:
    page = text(client.get(NEW, {"preset": "paper-random-200"}))
    assert 'value="Paper: random search, 200"' in page
    assert 'href="?preset=paper-random-200" aria-current="true"' in page
    assert re.search(r'name="individuals" value="200"', page)
    assert '<option value="random" selected>' in page
    unknown = text(client.get(NEW, {"preset": "<nonsense>"}))
    assert 'value="Quick demo"' in unknown


def test_faults_stand_beside_their_fields_and_nothing_is_created(client: Client) -> None:
    response = launch(client, values(individuals="0", momentum="9", name="<b>"))
    page = text(response)
    assert Experiment.objects.count() == 0
    assert "Nothing was started: 2 fields need attention." in page
    individuals = page[page.index('data-field="individuals"') :]
    individuals = individuals[: individuals.index("data-field", 5)]
    assert "Write a number from 1 to 1,000,000, not 0." in individuals
    assert 'aria-invalid="true"' in individuals
    assert 'id="id_individuals_error"' in individuals
    assert 'value="0"' in individuals, "what was written is kept"
    assert '<a href="#id_momentum">' in page
    assert '<details class="card group" open>' in page
    assert 'value="&lt;b&gt;"' in page


def test_a_form_without_its_token_says_what_to_do(client: Client) -> None:
    sent = values()
    del sent["token"]
    assert "Reload the page to get a new one." in text(launch(client, sent))


def test_the_estimate_comes_from_arithmetic_until_there_are_trainings(client: Client) -> None:
    page = text(client.post(f"{NEW}estimate/", values()))
    assert "about" in page
    assert "90 ×" in page
    assert "From arithmetic" in page
    assert "ships with scikit-learn" in page
    key = key_of(PRESETS["quick"].config.protocol)
    for i in range(3):
        Evaluation.objects.create(
            phenotype_key=str(i), protocol_key=key, protocol={}, genotype=trivial_row(), state="done",
            fitness=0.5, train_seconds=120,
        )  # fmt: skip
    page = text(client.post(f"{NEW}estimate/", values(in_flight="1")))
    assert "about 1 h" in page
    assert "90 × 40 s" in page  # 30 s a repeat: one each, and more where it matters
    assert "From 3 evaluations under the same protocol." in page


def test_a_search_that_never_chooses_and_a_training_that_never_ends_are_told_before_the_launch(
    client: Client,
) -> None:
    assert "notice warn" not in text(client.post(f"{NEW}estimate/", values()))
    page = text(client.post(f"{NEW}estimate/", values(individuals="5")))
    assert "leaves none of 5 networks to the strategy: all are random" in page
    page = text(client.post(f"{NEW}estimate/", values(steps="100000", time_limit_seconds="60")))
    assert "more than its time limit of 1 min" in page


def test_the_estimate_of_a_faulty_form_names_the_faults(client: Client) -> None:
    page = text(client.post(f"{NEW}estimate/", values(steps="0", seed="x")))
    assert "Correct Seed, Training steps" in page


@pytest.mark.parametrize("preset", list(PRESETS))
def test_every_preset_has_an_estimate(client: Client, preset: str) -> None:
    assert 'class="value">about' in text(client.get(NEW, {"preset": preset}))


def test_forms_need_their_csrf_token() -> None:
    guarded = Client(enforce_csrf_checks=True)
    response = guarded.post(NEW, values())
    assert response.status_code == 403
    assert Experiment.objects.count() == 0
