"""The page of a surrogate shows how well it ranks, and says what it is not."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from search.tables import reports
from tests.tables.made_sample import NAME, write_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_sample(tmp_path)
    monkeypatch.setattr(reports, "FOLDER", tmp_path)
    return tmp_path


def test_the_page_shows_how_well_the_surrogate_ranks_and_what_it_is_not(client: Client, folder: Path) -> None:
    samples = folder / reports.SAMPLES
    assert f"query_table --table {NAME} --analyse" in " ".join(client.get("/table/").content.decode().split())
    out = StringIO()
    path = samples / f"{NAME}.report.json"
    call_command("query_table", "--table", NAME, "--analyse", str(path), "--json", stdout=out)
    value = json.loads(out.getvalue())["held_out"]["value"]
    league = ("--table", NAME, "--seeds", "3", "--trainings", "20", "--strategies", "evolution", "random")
    call_command(
        "compare_strategies", *league, "--out", str(samples / f"{NAME}.league.json"), stdout=out, stderr=out
    )
    assert "surrogate of a sample, nothing was trained" in out.getvalue()
    page = " ".join(client.get(f"/table/?table={NAME}").content.decode().split())
    assert "<h1>Surrogate</h1>" in page
    assert "Nothing it says of any other network was measured" in page
    assert f"{value:.2f} (" in page
    assert "200 networks that the model had not seen" in page
    assert "On the surrogate: nothing was trained" in page
    assert page.count('class="series-') == 2
