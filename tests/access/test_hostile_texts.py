"""Text of strangers in addresses, forms and stored names: it stays text in SQL, in HTML, in SVG and in tables."""

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from nasweb.access.rules import MYSELF, PAGES
from search.models import Experiment, Individual
from search.services.annotations import write_annotations
from search.services.experiments import changes
from tests.access.routes import ROUTES, Route
from tests.api.conftest import TABLES, Api

pytestmark = pytest.mark.django_db

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
TEXTS = (
    SCRIPT,
    "'; DROP TABLE search_experiment; --",
    "\x00",
    "9" * 400,
    "-1",
    "NaN",
    "../../../../etc/passwd",
    "1 OR 1=1) UNION SELECT password FROM auth_user --",
    "%_\\",
    "1e999",
    "{{ 7|add:7 }}{% load static %}${7*7}",
    "(a+)+$" * 20,
    "[" * 500,
    "\u202e\u0661\u0662\ufeff\U0001f600",
    "a:1,b:2;c=3&d",
)
FOR_EVERY_PAGE = TEXTS[:7]
PARAMETERS = (
    "after archived before columns counted copied draw edge eligible experiments frame from genotype go in left limit "
    "max_fitness max_x min_fitness min_x motif mutate name next notes op order page parent preset q query replay right "
    "seen selected show sort start state tab tags theme token x x0 x1 y y0 y1"
)
"""What addresses and forms are asked for, with spaces between them."""


@pytest.fixture(autouse=True)
def without_accounts(settings: Settings) -> None:
    """Nobody is refused, so that every view is reached."""
    settings.ACCOUNTS = False


MACHINES = ("healthz", "readyz", "metrics")
PAGE_ROUTES = [
    route for route in ROUTES if not route.path and route.rule is not MYSELF and route.name not in MACHINES
]


@pytest.mark.parametrize("route", PAGE_ROUTES, ids=lambda route: route.name)
def test_no_page_fails_or_repeats_markup_whatever_its_address_or_form_says(
    route: Route, search: Experiment, client: Client
) -> None:
    address = route.address(search)
    for text in FOR_EVERY_PAGE:
        everything = dict.fromkeys(PARAMETERS.split(), text)
        for response in (client.get(address, everything), client.post(address, everything)):
            assert response.status_code < 500, (address, text)
            assert_is_text(response)
    assert Experiment.objects.filter(pk=search.pk).exists() or route.name == "experiment_delete"


def assert_is_text(response: Any) -> bool:
    """Whether the markup is in it, and then as text only. What is no page is for no browser to carry out."""
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    kind = response.headers.get("Content-Type", "")
    if (
        response.streaming
        or b"alert(" not in response.content
        or not kind.startswith(("text/html", "image/svg"))
    ):
        return False
    assert b"<script>alert" not in response.content
    assert b"<img src=x" not in response.content
    if kind.startswith("image/svg"):
        ElementTree.fromstring(response.content)
    return True


def test_every_page_is_asked() -> None:
    asked = {route.name for route in PAGE_ROUTES}
    assert set(PAGES) - asked == {*MACHINES, "logout", "account", "token_create", "token_revoke"}


@pytest.fixture
def hostile(search: Experiment) -> Experiment:
    """Everything that a person can write says the worst."""
    hostile = changes.Changes(name=SCRIPT, notes=SCRIPT, tags=[SCRIPT, "=1+1"])
    changes.update_experiment(experiment_id=search.pk, changes=hostile)
    row = Individual.objects.get(experiment=search, step=3)
    write_annotations(individual_id=row.pk, notes=SCRIPT, tags=[SCRIPT, "=HYPERLINK(1)", "]]>"])
    Individual.objects.filter(experiment=search, state="failed").update(reason=SCRIPT)
    return search


def test_stored_texts_are_shown_as_they_are_on_every_page(hostile: Experiment, client: Client) -> None:
    pages = [client.get(route.address(hostile)) for route in PAGE_ROUTES]
    assert sum(assert_is_text(page) for page in pages) > 15


def test_stored_texts_come_back_over_the_api_as_they_were_stored(hostile: Experiment, api: Api) -> None:
    shown = api.get(f"/experiments/{hostile.pk}")
    assert (shown["name"], shown["tags"]) == (SCRIPT, [SCRIPT, "=1+1"])
    assert shown.headers["Content-Type"] == "application/json; charset=utf-8"
    lines = (
        api.client.get(f"/api/v1/experiments/{hostile.pk}/individuals.jsonl").getvalue().decode().splitlines()
    )
    assert json.loads(lines[3])["tags"][1] == "=HYPERLINK(1)"


def test_a_table_holds_no_formula_that_a_spreadsheet_would_carry_out(
    hostile: Experiment, client: Client
) -> None:
    write_annotations(individual_id=hostile.individuals.get(step=4).pk, notes="", tags=["=HYPERLINK(1)"])
    write_annotations(individual_id=hostile.individuals.get(step=5).pk, notes="", tags=["@SUM(A1)", "x"])
    text = client.get(f"/api/v1/experiments/{hostile.pk}/individuals.csv").getvalue().decode()
    rows = list(csv.reader(io.StringIO(text)))
    cells = [cell for row in rows[1:] for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert "'@SUM(A1), x" in cells
    numbers = [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert all(cell.lstrip("-").replace(".", "").isdigit() for cell in numbers)


@pytest.mark.parametrize("pattern", ["%", "_", "\\", "Fin%", "F_nished"])
def test_a_name_is_looked_for_as_text_and_not_as_a_pattern(
    search: Experiment, api: Api, pattern: str
) -> None:
    assert api.get("/experiments", query=pattern).items == []
    named = changes.Changes(name=f"holds {pattern} itself")
    changes.update_experiment(experiment_id=search.pk, changes=named)
    assert len(api.get("/experiments", query=pattern).items) == 1


@pytest.mark.parametrize("tag", ["%", "_", '"', "\\", "x' OR '1'='1", "tag:x"])
def test_a_tag_is_looked_for_as_text_and_not_as_a_pattern(search: Experiment, api: Api, tag: str) -> None:
    if " " in tag:
        tag = tag.replace(" ", "")
    address = f"/experiments/{search.pk}/individuals"
    assert api.get(address, query=f"tag:{tag}").items == []
    write_annotations(individual_id=search.individuals.get(step=2).pk, notes="", tags=[tag])
    assert [row["step"] for row in api.get(address, query=f"tag:{tag}").items] == [2]


def test_sql_in_a_filter_changes_nothing(search: Experiment, api: Api) -> None:
    before = [model._default_manager.count() for model in TABLES]
    for text in TEXTS:
        for term in (text, f"tag:{text}", f"origin:{text}", f"motif:{text}", f"fitness>{text}", f"op:{text}"):
            found: Any = api.get(f"/experiments/{search.pk}/individuals", query=term[:1000])
            assert found.status in (200, 422), term
    assert [model._default_manager.count() for model in TABLES] == before
