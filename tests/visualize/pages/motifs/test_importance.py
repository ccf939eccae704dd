"""Permutation importance from the button on the page to what a worker found."""

import random
import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client

from search.models import Genotype, ImportanceReport
from search.services.learning.importance import take_overdue_importance
from search.worker.importance import run_importance
from tests.search.made_up_importance import made_up_importance
from tests.search.populations import Population
from tests.visualize.prose import prose

pytestmark = pytest.mark.django_db


def population(networks: int) -> Population:
    """Separable convolutions decide, pools do not; the last edge of the cell carries M1..M3 by the convolutions."""
    rng = random.Random(2)
    made = Population()
    for step in range(networks):
        convolutions, pools = rng.randrange(9), rng.randrange(9)
        row = made.add(0.5 + convolutions / 40, network=f"n{step}", parameters=1000 + rng.randrange(1000))
        counts = {"sep3x3": convolutions, "max3x3": pools}
        text = f"{row.genotype.text[:-1]}{1 + convolutions // 3}"
        Genotype.objects.filter(pk=row.genotype_id).update(operation_counts=counts, depth=4, text=text)
    return made


def panel(client: Client, made: Population) -> str:
    response = client.get(f"/experiments/{made.experiment.pk}/importance/", headers={"HX-Request": "true"})
    assert response.status_code == 200
    return prose(response.content.decode())


def ask(client: Client, made: Population) -> None:
    assert client.post(f"/experiments/{made.experiment.pk}/importance/ask/").status_code == 302


def test_a_button_asks_a_worker_finds_and_the_page_shows_it_with_its_age(client: Client) -> None:
    made = population(60)
    key = made.experiment.pk
    assert "Not worked out yet" in panel(client, made)
    assert not run_importance(experiment_id=key)  # nobody waits for it
    ask(client, made)
    assert "A worker that learns is at it" in panel(client, made)
    assert run_importance(experiment_id=key)
    assert not run_importance(experiment_id=key)  # a doubled message
    text = panel(client, made)
    features = re.findall(r'<th scope="row"><span[^>]*></span>([^<]+)', text)
    assert features[0] == "sep 3×3"
    assert "generation" not in features
    by_feature, by_edge = re.findall(r"ranks fitness with a correlation of <strong>([^<]+)", text)
    assert float(by_feature) > 0.8
    assert float(by_edge) > 0.8
    edges = re.findall(
        r'<th scope="row">([^<]+→[^<]+)</th>\s*<td class="num"><span class="strong">([^<]+)', text
    )
    assert edges[0][0] == "4→out"
    assert float(edges[0][1]) > 0.5
    assert {fall for _, fall in edges[1:]} == {"+0.00"}  # they never differ
    assert "Worked out" in text
    made.add(0.6, network="another")
    made.experiment.refresh_from_db()
    assert "1 evaluated since" in panel(client, made)
    assert "sep 3×3" in prose(client.get(f"/experiments/{key}/what-works/").content.decode())


def test_too_few_networks_are_said_to_be_too_few(client: Client) -> None:
    made = population(12)
    ask(client, made)
    run_importance(experiment_id=made.experiment.pk)
    assert "Too few networks: 12 of at least 40" in panel(client, made)


def test_what_was_found_before_edges_were_looked_at_says_so(client: Client) -> None:
    made = population(3)
    made_up_importance(made.experiment, edges=False)
    text = panel(client, made)
    assert "sep 3×3" in text
    assert "Worked out before this was looked at" in text


def test_scripts_ask_and_read_the_same(client: Client) -> None:
    made = population(3)
    address = f"/api/v1/experiments/{made.experiment.pk}/importance"
    nothing = client.get(address).json()
    assert nothing["waits"] is False
    assert (nothing["made_at"], nothing["features"], nothing["edges"]) == (None, None, None)
    asked = client.post(address, content_type="application/json")
    assert (asked.status_code, asked.json()["waits"]) == (202, True)
    made_up_importance(made.experiment)
    found = client.get(address).json()
    assert (found["waits"], found["networks"], found["newer"]) == (False, 3, 0)
    assert found["features"]["items"][0]["word"] == "op:sep3x3"
    assert found["edges"]["items"][0]["word"] == "L3-M1-e4-5"
    assert found["edges"]["rank_correlation"] == 0.6
    nowhere = client.post("/api/v1/experiments/987654/importance", content_type="application/json")
    assert nowhere.status_code == 404


def test_a_failure_is_told_and_what_was_found_before_stays(client: Client) -> None:
    made = population(3)
    made_up_importance(made.experiment)
    ask(client, made)
    with patch("search.worker.importance.network_features", side_effect=RuntimeError("no memory")):
        run_importance(experiment_id=made.experiment.pk)
    text = panel(client, made)
    assert "RuntimeError: no memory" in text
    assert "sep 3×3" in text
    assert "Work it out again" in text


def test_a_lost_message_is_sent_again_and_a_fresh_one_is_not(client: Client) -> None:
    made = population(3)
    ask(client, made)
    assert take_overdue_importance() == []
    late = Now() - timedelta(seconds=settings.RESEND_SECONDS + 1)
    ImportanceReport.objects.update(sent_at=late)
    assert take_overdue_importance() == [made.experiment.pk]
    assert take_overdue_importance() == []


def test_without_scripts_the_address_leads_to_the_page(client: Client) -> None:
    made = population(3)
    answer = client.get(f"/experiments/{made.experiment.pk}/importance/")
    assert answer.headers["Location"] == f"/experiments/{made.experiment.pk}/what-works/#importance"
    assert client.post("/experiments/987654/importance/ask/").status_code == 404
