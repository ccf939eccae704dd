"""Cost in money and budgets in device hours: told before and after, and a study that has spent its budget pauses."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from nasweb.environment import Environment, SettingError, device_hour_price
from search.evolution.estimates.price import HourPrice, Money
from search.models import Experiment, Study
from search.selectors.studies import is_budget_spent
from search.services.studies.advancing import advance_study
from search.services.studies.controls import resume_study
from tests.search.searching import work_off
from tests.search.studies.running import launched, run_to_its_end


@pytest.mark.parametrize("text", ["2.50 EUR", "2.50EUR", "3 $", "0.1 Fr"])
def test_a_price_is_an_amount_in_any_currency(text: str) -> None:
    price = HourPrice.read(text)
    assert price is not None
    assert device_hour_price(Environment({"NASWEB_DEVICE_HOUR_PRICE": text})) == text
    assert price.of_seconds(7200).amount == 2 * price.money.amount


@pytest.mark.parametrize("text", ["EUR", "2,5 EUR", "-1 EUR", "0 EUR", "2 EUR an hour", "<b>"])
def test_what_is_no_price_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 2\.50 EUR"):
        HourPrice.read(text)
    with pytest.raises(SettingError, match="an amount and a currency"):
        device_hour_price(Environment({"NASWEB_DEVICE_HOUR_PRICE": text}))


def test_without_a_price_there_is_no_money() -> None:
    assert HourPrice.read("") is None
    assert str(Money(0.00321, "EUR")) == "0.0032 EUR"


@pytest.mark.django_db
def test_the_cost_is_told_before_and_after(client: Client, settings: Any) -> None:
    settings.DEVICE_HOUR_PRICE = "3600 EUR"
    before = client.get("/studies/new/").content.decode()
    assert "\u00a0EUR" in before[before.index("about ") : before.index("Start all parts")]
    study = run_to_its_end(launched(spaces=["flat"], searches=["one", "random-200"]))
    after = client.get(f"/studies/{study.pk}/").content.decode()
    assert "\u00a0EUR" in after
    experiment = Experiment.objects.order_by("pk")[0]
    assert "\u00a0EUR" in client.get(f"/experiments/{experiment.pk}/").content.decode()
    out = StringIO()
    call_command("study", "show", str(study.pk), stdout=out)
    assert "EUR)" in out.getvalue()
    settings.DEVICE_HOUR_PRICE = ""
    assert "EUR" not in client.get(f"/studies/{study.pk}/").content.decode()


@pytest.mark.django_db
def test_a_study_that_has_spent_its_budget_pauses_and_resuming_lifts_it(client: Client) -> None:
    study = launched(spaces=["flat"], searches=["one", "random-200"], device_hours=1e-7)
    first, second = advance_study(study_id=study.pk).experiments
    work_off(Experiment.objects.get(pk=first))
    assert is_budget_spent(study)
    assert advance_study(study_id=study.pk).finals == []
    study.refresh_from_db()
    assert study.state == "paused"
    assert Experiment.objects.get(pk=second).state == "paused"
    assert "is spent" in client.get(f"/studies/{study.pk}/").content.decode()
    resume_study(study_id=study.pk)
    assert len(advance_study(study_id=study.pk).finals) == 1
    study.refresh_from_db()
    assert (study.state, study.settings["device_hours"]) == ("running", None)


@pytest.mark.django_db
def test_a_budget_in_money_is_hours_whichever_way_it_came(client: Client, settings: Any) -> None:
    settings.DEVICE_HOUR_PRICE = "2.50 EUR"
    for body in (
        {"kind": "comparison", "settings": {"networks": 2, "final": "none"}, "budget": "30 EUR"},
        {"kind": "comparison", "settings": {"networks": 2, "final": "none", "device_hours": 12}},
    ):
        made = client.post("/api/v1/studies", json.dumps(body), content_type="application/json")
        assert made.json()["settings"]["device_hours"] == 12
    refused = client.post(
        "/api/v1/studies",
        json.dumps({"kind": "comparison", "budget": "30 USD"}),
        content_type="application/json",
    )
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "budget")
    call_command("study", "start", "comparison", "--set", '{"networks": 2}', "--budget", "5 EUR")
    assert Study.objects.latest("pk").settings["device_hours"] == 2
    with pytest.raises(CommandError, match="--budget: A device hour has its price in EUR here"):
        call_command("study", "start", "comparison", "--budget", "5 USD")
    sent = {"kind": "comparison", "preset": "quick", "seeds": "1", "in_flight": "1", "final": "none"}
    sent |= {"final_runs": "1", "networks": "2", "spaces": "flat", "strategies": "random"}
    client.post("/studies/new/", sent | {"device_hours": "2.5 EUR"})
    assert Study.objects.latest("pk").settings["device_hours"] == 1
    page = client.get("/studies/new/", {"kind": "comparison", "device_hours": "2.0"}).content.decode()
    assert 'name="device_hours" value="2.0"' in page


@pytest.mark.django_db
def test_the_budget_of_one_search_is_hours_or_money_over_rest(client: Client, settings: Any) -> None:
    settings.DEVICE_HOUR_PRICE = "2.50 EUR"

    def sent(method: str, address: str, body: dict[str, Any]) -> tuple[int, Any]:
        answer = client.generic(method, address, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    status, made = sent("POST", "/api/v1/experiments", {"preset": "quick", "budget": "30 EUR"})
    assert (status, made["config"]["budget"]["device_hours"]) == (201, 12)
    status, changed = sent("PATCH", f"/api/v1/experiments/{made['id']}", {"budget": "5 EUR"})
    assert (status, changed["config"]["budget"]["device_hours"]) == (200, 2)
    both = sent("PATCH", f"/api/v1/experiments/{made['id']}", {"budget": "1", "device_hours": 1})
    assert (both[0], "not both" in str(both[1])) == (422, True)
    wrong = sent("POST", "/api/v1/experiments", {"preset": "quick", "budget": "much"})
    assert (wrong[0], "such as 2.5 or EUR, such as 30 EUR" in str(wrong[1])) == (422, True)


@pytest.mark.django_db
def test_a_budget_that_the_command_cannot_read_ends_it_before_anything_is_made() -> None:
    with pytest.raises(CommandError, match="--device-hours: No price of a device hour is set here"):
        call_command("run_search", "--preset", "quick", "--device-hours", "5 EUR")
    assert not Experiment.objects.exists()
