"""Drawings of genotypes as files."""

import pytest

from search.models import Experiment
from tests.api.conftest import ROOT, Api

pytestmark = pytest.mark.django_db
BEGINNINGS = {"svg": b"<", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}


@pytest.fixture
def address(search: Experiment) -> str:
    assert search.best is not None
    return f"/genotypes/{search.best.genotype.key}/drawings"


@pytest.mark.parametrize("ending", BEGINNINGS)
@pytest.mark.parametrize("name", ["L3-M1", "L2-M4", "flattened"])
def test_a_motif_and_the_network_come_as_files(api: Api, address: str, name: str, ending: str) -> None:
    drawn = api.client.get(f"{ROOT}{address}/{name}.{ending}")
    assert drawn.status_code == 200
    assert drawn.content.startswith(BEGINNINGS[ending])


def test_a_drawing_for_a_dark_background_is_another_one(api: Api, address: str) -> None:
    light, dark = (api.client.get(f"{ROOT}{address}/L3-M1.svg?theme={theme}") for theme in ("light", "dark"))
    assert light.content != dark.content


def test_a_drawing_may_do_nothing(api: Api, address: str) -> None:
    assert "default-src 'none'" in api.get(f"{address}/L3-M1.svg").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name,status",
    [
        ("L9-M1.svg", 404),
        ("L2-M7.svg", 404),
        ("L2-M0.svg", 404),
        ("cell.svg", 422),
        ("L3-M1.gif", 422),
        ("L3-M1", 404),
    ],
)
def test_what_there_is_no_drawing_of_is_refused(api: Api, address: str, name: str, status: int) -> None:
    assert api.get(f"{address}/{name}").status == status


def test_a_drawing_is_not_sent_again(api: Api, address: str) -> None:
    first = api.get(f"{address}/L3-M1.svg")
    assert api.get(f"{address}/L3-M1.svg", headers={"If-None-Match": first.headers["ETag"]}).status == 304
