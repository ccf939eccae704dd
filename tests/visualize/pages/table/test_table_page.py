"""The page of a benchmark table shows what was worked out of it, and says so where nothing was."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.presets import PRESETS
from search.tables import reports
from tests.tables.made_table import made_bytes, made_table
from visualize.pages.shared.signal_sentence import signal_sentence, told_by
from visualize.pages.table.regret_chart import regret_chart

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reports, "FOLDER", tmp_path)
    return tmp_path


def text_of(client: Client, address: str = "/table/") -> str:
    return " ".join(client.get(address).content.decode().split())


def test_without_a_table_the_page_says_what_makes_one(client: Client, folder: Path) -> None:
    assert "manage.py build_table" in text_of(client)
    (folder / "made.npz").write_bytes(made_bytes())
    assert "manage.py query_table --analyse" in text_of(client)


def test_the_page_shows_the_report_and_the_league(
    client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WALKS", "STARTS"):
        monkeypatch.setattr(f"search.tables.landscape.{name}", 3)
    (folder / "made.npz").write_bytes(made_bytes())
    out = StringIO()
    call_command("query_table", "--table", "made", "--analyse", str(folder / "made.report.json"), stdout=out)
    league = ("--table", "made", "--seeds", "4", "--trainings", "20", "--strategies", "evolution", "random")
    call_command(
        "compare_strategies", *league, "--out", str(folder / "made.league.json"), stdout=out, stderr=out
    )
    page = text_of(client)
    assert made_table().facts.sha256 in page
    assert "One training tells 9" in page
    assert "20 trainings each, 4 seeds, published settings" in page
    assert page.count('class="series-') == 2
    assert page.index("Evolution</span></th>") > 0
    assert "Random search</span></th>" in page
    assert text_of(client, "/table/?table=none") == page


def test_the_chart_falls_from_the_fifth_training_to_the_last_and_has_bands_of_the_first_and_of_random_search() -> (
    None
):
    band = {"trainings": [1, 5, 10], "mean": [0.9, 0.3, 0.1], "low": [0.8, 0.2, 0.1], "high": [0.9, 0.4, 0.1]}
    near = {**band, "mean": [0.9, 0.3, 0.1001]}
    kinds = ("evolution", "aging", "random")
    chart = regret_chart([{"kind": kind, "regret": near if kind == "aging" else band} for kind in kinds])
    assert [bool(line.area) for line in chart.lines] == [True, False, True]
    first, last = chart.lines[0].line[1:].split("L")
    assert float(first.split()[1]) < float(last.split()[1])
    assert abs(chart.lines[0].end_y - chart.lines[1].end_y) >= 13
    assert (chart.frame.x_max, chart.frame.y_max) == (10, 40.0)


def test_nothing_is_said_of_a_signal_that_is_not_known(folder: Path) -> None:
    assert told_by({"reliability": None}) == ""
    told = {"reliability": {"correlation": 0.731, "low": 0.7, "high": 0.76}}
    assert told_by(told).startswith(
        "One training tells 73 % of what there is to know of a network (70 to 76 %)"
    )
    assert signal_sentence(Protocol()) == ""


def test_the_launch_form_says_what_one_training_tells_where_a_table_knows_it(
    client: Client, folder: Path
) -> None:
    protocol = PRESETS["benchmark"].config.protocol
    (folder / "hierarchical-small.npz").touch()
    report = {
        "about": {"protocol": protocol.model_dump(mode="json")},
        "facts": {"networks": 248},
        "budgets": [{"steps": 40, "reliability": {"correlation": 0.731, "low": 0.7, "high": 0.76}}],
    }
    (folder / "hierarchical-small.report.json").write_text(json.dumps(report))
    page = text_of(client, "/experiments/new/?preset=benchmark")
    assert "One training tells 73 % of what there is to know of a network" in page
    assert "Measured on the 248 networks of table hierarchical-small." in page
    assert "One training tells" not in text_of(client, "/experiments/new/?preset=quick")
    assert signal_sentence(protocol.model_copy(update={"steps": 41})) == ""
