"""The list of experiments sorted by its columns, and what is done with several of them at once."""

import gzip
import io
import json
import re
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from search.models import Experiment, ExperimentState
from tests.visualize.searches import made_search

pytestmark = pytest.mark.django_db
SELECTED = "/experiments/selected/"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def names(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/experiments/{query}").content.decode()
    return re.findall(r'<th scope="row"[^>]*><a href="[^"]*">([^<]*)</a>', page)


@pytest.fixture
def three() -> dict[str, Experiment]:
    """Made in this order; of the last nothing is evaluated."""
    return {
        "beta": made_search(6, name="beta", planned=60, state="running"),
        "Alpha": made_search(12, name="Alpha", planned=12),
        "gamma": made_search(0, name="gamma", planned=5, state="draft"),
    }


@pytest.mark.parametrize(
    "order, expected",
    [
        ("", ["gamma", "Alpha", "beta"]),
        ("?sort=name", ["Alpha", "beta", "gamma"]),
        ("?sort=-name", ["gamma", "beta", "Alpha"]),
        ("?sort=state", ["beta", "gamma", "Alpha"]),
        ("?sort=-progress", ["Alpha", "beta", "gamma"]),
        ("?sort=-best", ["Alpha", "beta", "gamma"]),
        ("?sort=best", ["beta", "Alpha", "gamma"]),
        ("?sort=parameters", ["beta", "Alpha", "gamma"]),
        ("?sort=nonsense", ["gamma", "Alpha", "beta"]),
    ],
)
def test_each_column_sorts_and_what_has_no_value_comes_last(
    client: Client, three: dict[str, Experiment], order: str, expected: list[str]
) -> None:
    assert names(client, order) == expected


def test_a_heading_says_how_it_is_sorted_and_leads_round(
    client: Client, three: dict[str, Experiment]
) -> None:
    def heading(query: str) -> str:
        page = client.get(f"/experiments/{query}").content.decode()
        found = re.search(r"<th [^>]*>(?=<a id=\"sort-best\").*?</th>", page)
        assert found
        return found[0]

    assert 'href="?sort=-best"' in heading("")
    assert "aria-sort" not in heading("")
    assert 'aria-sort="descending"' in heading("?sort=-best")
    assert 'href="?sort=best"' in heading("?sort=-best")
    assert 'aria-sort="ascending"' in heading("?sort=best")
    assert 'href="?"' in heading("?sort=best")


def test_thousands_are_sorted_in_the_database(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Experiment.objects.bulk_create(
        Experiment(name=f"n{i:04}", config={}, individuals_planned=5) for i in range(3000)
    )
    with django_assert_max_num_queries(7):
        assert names(client, "?sort=-name&page=2")[0] == "n2974"


def test_several_are_paused_and_what_cannot_be_is_named(client: Client, three: dict[str, Experiment]) -> None:
    keys = [row.pk for row in three.values()]
    answer = client.post(SELECTED, {"do": "pause", "pick": keys, "back": "sort=name&evil=//x"}, follow=True)
    assert answer.redirect_chain == [("/experiments/?sort=name", 302)]
    page = answer.content.decode()
    assert "Paused 1 experiment." in page
    assert f"Experiment {three['Alpha'].pk} is finished" in page
    assert Experiment.objects.get(name="beta").state == ExperimentState.PAUSED
    client.post(SELECTED, {"do": "resume", "pick": keys})
    assert Experiment.objects.get(name="beta").state == ExperimentState.RUNNING


def test_several_are_archived_and_come_back(client: Client, three: dict[str, Experiment]) -> None:
    keys = [three["Alpha"].pk, three["beta"].pk]
    client.post(SELECTED, {"do": "archive", "pick": keys})
    assert names(client) == ["gamma"]
    client.post(SELECTED, {"do": "restore", "pick": keys, "back": "archived=yes"})
    assert names(client) == ["gamma", "Alpha", "beta"]


def test_stopping_and_deleting_are_asked_about_first(client: Client, three: dict[str, Experiment]) -> None:
    keys = ",".join(str(row.pk) for row in three.values())
    for action in ("stop", "delete"):
        asked = client.post(SELECTED, {"do": action, "pick": keys})
        assert asked.status_code == 302
        question = client.get(asked.headers["Location"]).content.decode()
        assert "Left as" in question
    assert Experiment.objects.count() == 3
    assert Experiment.objects.get(name="beta").state == ExperimentState.RUNNING

    client.post(SELECTED, {"do": "stop", "pick": three["beta"].pk, "confirmed": "1"})
    assert Experiment.objects.get(name="beta").state == ExperimentState.STOPPED
    wrong = client.post(SELECTED, {"do": "delete", "pick": keys, "confirmed": "2"}, follow=True)
    assert "type 3, the number of experiments" in wrong.content.decode()
    assert Experiment.objects.count() == 3
    client.post(SELECTED, {"do": "delete", "pick": keys, "confirmed": "3"})
    assert not Experiment.objects.exists()


def test_nothing_picked_and_nothing_known_are_answered(client: Client, three: dict[str, Experiment]) -> None:
    assert (
        "tick one experiment or more" in client.post(SELECTED, {"do": "pause"}, follow=True).content.decode()
    )
    assert client.post(SELECTED, {"do": "explode", "pick": three["beta"].pk}).status_code == 404
    assert client.get("/experiments/selected.zip?pick=987654").status_code == 404


def test_compare_and_export_lead_to_all_of_them(client: Client, three: dict[str, Experiment]) -> None:
    keys = [three["beta"].pk, three["Alpha"].pk]
    compared = client.post(SELECTED, {"do": "compare", "pick": keys})
    assert compared.headers["Location"] == f"/compare/?experiments={keys[0]},{keys[1]}"
    exported = client.get(client.post(SELECTED, {"do": "export", "pick": keys}).headers["Location"])
    with ZipFile(io.BytesIO(exported.getvalue())) as whole:
        assert whole.testzip() is None
        assert whole.namelist() == [f"experiment-{key}.nasweb.jsonl.gz" for key in keys]
        lines = gzip.decompress(whole.read(whole.namelist()[1])).decode().splitlines()
    assert json.loads(lines[0])
    assert any("Alpha" in line for line in lines)
