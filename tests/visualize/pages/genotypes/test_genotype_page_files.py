"""The files that can be taken away from a genotype's page."""

import json

import pytest
from django.test import Client

from search.evolution.genotypes.genotype import parse_genotype
from search.models import Genotype
from tests.visualize.pictures import PAPER, parsed

pytestmark = pytest.mark.django_db


@pytest.fixture
def base() -> str:
    document = PAPER.to_json()
    row = Genotype.objects.create(
        key=PAPER.key,
        text=PAPER.text,
        space=document["space"],
        levels=document["levels"],
        operation_counts={},
    )
    return f"/genotypes/{row.key}"


@pytest.mark.parametrize("name", ["L3-M1", "L2-M6", "flattened"])
@pytest.mark.parametrize(
    "kind, content_type, magic",
    [
        ("svg", "image/svg+xml", b"<?xml"),
        ("png", "image/png", b"\x89PNG"),
        ("pdf", "application/pdf", b"%PDF"),
        ("dot", "text/vnd.graphviz", b"digraph"),
    ],
)
def test_every_drawing_comes_in_every_format(
    client: Client, base: str, name: str, kind: str, content_type: str, magic: bytes
) -> None:
    response = client.get(f"/api/v1{base}/drawings/{name}.{kind}")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(content_type)
    assert response.content.startswith(magic)


def test_an_svg_is_allowed_its_own_style_and_nothing_else(client: Client, base: str) -> None:
    response = client.get(f"/api/v1{base}/drawings/L3-M1.svg")
    assert parsed(response.content.decode()).get("role") == "img"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_a_dark_page_wants_a_dark_drawing(client: Client, base: str) -> None:
    light, dark = (
        client.get(f"/api/v1{base}/drawings/L3-M1.svg?theme={theme}").content for theme in ("light", "dark")
    )
    assert b"#12161d" in dark
    assert b"#12161d" not in light


def test_text_and_json_are_read_back_as_the_same_genotype(client: Client, base: str) -> None:
    assert parse_genotype(client.get(f"{base}.txt").content.decode()) == PAPER
    assert json.loads(client.get(f"{base}.json").content) == PAPER.to_json()


@pytest.mark.parametrize(
    "path, status",
    [
        ("/drawings/L9-M1.svg", 404),
        ("/drawings/L2-M7.svg", 404),
        ("/drawings/cell.svg", 422),
        ("/drawings/L3-M1.gif", 422),
    ],
)
def test_what_is_not_there_is_refused(client: Client, base: str, path: str, status: int) -> None:
    assert client.get(f"/api/v1{base}{path}").status_code == status
    assert client.get(f"{base}.xml").status_code == 404
