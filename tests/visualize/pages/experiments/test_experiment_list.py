"""The list of experiments."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from search.models import Experiment
from tests.visualize.searches import in_training, made_search

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def text(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(f"/experiments/{query}", headers=headers)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_first_page_is_the_list(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/experiments/"


def test_an_empty_list_offers_the_demo_and_the_form(client: Client) -> None:
    page = text(client)
    assert "No experiments yet" in page
    assert "Run the quick demo" in page
    assert 'href="/experiments/new/"' in page


def test_a_row_shows_state_progress_best_size_age_and_a_curve(client: Client) -> None:
    experiment = made_search(60, name="first", failing=2, planned=100, state="running", seconds_each=60)
    in_training(experiment)
    page = text(client).replace("\u00a0", " ")
    for shown in ("first", "Running", "60 / 100", "2 failed", "89.33 %", "10.1 k", "60 min ago", "digits"):
        assert shown in page
    assert '<progress max="100" value="60"' in page
    assert 'class="sparkline"' in page


def test_names_are_escaped(client: Client) -> None:
    made_search(3, name="<script>alert('x')</script>")
    page = text(client)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_name_and_state_filter_and_an_empty_answer_says_how_to_go_back(client: Client) -> None:
    made_search(3, name="alpha", state="running")
    made_search(3, name="beta", state="paused")
    assert "beta" not in text(client, "?name=ALPH")
    assert "alpha" not in text(client, "?state=paused")
    assert "alpha" in text(client, "?state=nonsense")
    nothing = text(client, "?name=gamma&state=failed")
    assert "No experiment matches" in nothing
    assert "Clear the filter" in nothing


def test_a_script_gets_the_table_alone_and_a_restored_page_the_whole(client: Client) -> None:
    made_search(3)
    part = client.get("/experiments/", headers={"HX-Request": "true"})
    assert "HX-Request" in part.headers["Vary"]
    assert "<html" not in part.content.decode()
    assert "HX-Request" in client.get("/experiments/").headers["Vary"]
    whole = text(client, **{"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in whole


def test_pages_are_paged_and_nonsense_pages_are_the_nearest(client: Client) -> None:
    Experiment.objects.bulk_create(
        Experiment(name=f"n{i}", config={}, individuals_planned=5) for i in range(60)
    )
    assert "1–25 of 60" in text(client)
    assert "51–60 of 60" in text(client, "?page=3")
    assert "51–60 of 60" in text(client, "?page=900")
    assert "1–25 of 60" in text(client, "?page=x")
    assert "page=2&amp;" not in text(client, "?page=2")
    assert "state=draft&amp;page=2" in text(client, "?state=draft")


def test_the_cost_does_not_grow_with_the_populations(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for size in (5, 400):
        made_search(size)
    with django_assert_max_num_queries(7):
        text(client)
    with django_assert_max_num_queries(5):  # sparklines of finished searches are remembered
        text(client)
