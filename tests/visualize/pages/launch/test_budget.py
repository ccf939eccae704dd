"""The budget in hours or money: read from the form, told with the estimate, changed where a search is extended."""

import re
from typing import Any

import pytest
from django import forms
from django.test import Client

from search.models import Experiment
from tests.visualize.pages.launch.test_experiment_launch import launch, text, values
from tests.visualize.searches import made_search
from visualize.pages.shared.budget_field import BudgetField


@pytest.mark.parametrize(
    "written, hours",
    [
        ("2.5", 2.5),
        ("2.5 h", 2.5),
        ("1,200 device hours", 1200),
        ("30 EUR", 12),
        ("5eur", 2),
        ("1e-7", 1e-7),
        ("", None),
    ],
)
def test_hours_and_money_are_read(settings: Any, written: str, hours: float | None) -> None:
    settings.DEVICE_HOUR_PRICE = "2.50 EUR"
    assert BudgetField("").clean(written) == hours


@pytest.mark.parametrize(
    "price, written, said",
    [
        ("2.50 EUR", "30 USD", "A device hour has its price in EUR here"),
        ("", "30 EUR", "No price of a device hour is set here"),
        ("2.50 EUR", "some", "such as 2.5 or EUR, such as 30 EUR, not 'some'"),
        ("", "0", "more than nothing"),
        ("", "2000001", "at most 1,000,000 device hours"),
    ],
)
def test_what_is_no_budget_is_refused_with_what_would_be(
    settings: Any, price: str, written: str, said: str
) -> None:
    settings.DEVICE_HOUR_PRICE = price
    with pytest.raises(forms.ValidationError, match=re.escape(said)):
        BudgetField("").clean(written)


@pytest.mark.django_db
def test_a_budget_in_money_is_stored_in_hours_and_told_before_the_launch(
    client: Client, settings: Any
) -> None:
    settings.DEVICE_HOUR_PRICE = "2.50 EUR"
    sent = values(device_hours="0.0001 EUR")
    told = text(client.post("/experiments/new/estimate/", sent))
    assert "The budget of 4e-05 device hours, 0.00010 EUR, ends the search after about" in told
    launch(client, sent)
    experiment = Experiment.objects.get()
    assert experiment.config["budget"]["device_hours"] == pytest.approx(0.00004)
    assert "<dt>Budget</dt>" in text(client.get(f"/experiments/{experiment.pk}/"))
    wrong = launch(client, values(device_hours="much"))
    assert "Write device hours, such as 2.5" in text(wrong)


@pytest.mark.django_db
def test_a_search_that_its_budget_ended_says_so_and_is_extended(client: Client) -> None:
    experiment = made_search(6, planned=20)
    budget = experiment.config["budget"] | {"individuals": 20, "device_hours": 1.0}
    Experiment.objects.update(
        config=experiment.config | {"budget": budget}, train_seconds=4000, reason="The budget is spent."
    )
    page = text(client.get(f"/experiments/{experiment.pk}/"))
    assert "The budget is spent." in page
    assert 'name="device_hours" value="1 h"' in page
    form = {"planned": "20", "networks": "0", "device_hours": "1 h"}
    refused = client.post(f"/experiments/{experiment.pk}/extend/", form)
    assert "has spent 1.111 device hours, its whole budget" in text(refused)
    client.post(f"/experiments/{experiment.pk}/extend/", form | {"device_hours": "3"})
    experiment.refresh_from_db()
    assert (experiment.state, experiment.individuals_planned) == ("running", 20)
    assert experiment.device_hours == 3
    client.post(
        f"/experiments/{experiment.pk}/settings/",
        {"name": "a", "tags": "", "notes": "", "individuals": 20, "in_flight": 1, "device_hours": ""},
    )
    experiment.refresh_from_db()
    assert experiment.device_hours is None


@pytest.mark.django_db
def test_a_search_without_a_budget_is_extended_within_one(client: Client) -> None:
    experiment = made_search(6)
    page = text(client.get(f"/experiments/{experiment.pk}/extend/"))
    assert 'name="device_hours"' in page
    form = {"planned": "6", "networks": "10", "device_hours": "2 h"}
    client.post(f"/experiments/{experiment.pk}/extend/", form)
    experiment.refresh_from_db()
    assert (experiment.state, experiment.individuals_planned, experiment.device_hours) == ("running", 16, 2)
