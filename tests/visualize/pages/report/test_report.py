"""One experiment as one HTML file: what it holds, and that it needs nothing outside of itself."""

import re
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Request

from search.models import Experiment
from tests.browser.test_every_page import axe_violations
from tests.search.searching import small_config, started, work_off
from tests.visualize.conftest import Open

HOSTILE = "<script>alert(1)</script> & more"


@pytest.fixture
def experiment() -> Experiment:
    made = work_off(started(small_config(individuals=14), name=HOSTILE))
    Experiment.objects.update(notes="Kept for the *supplement*.")
    return made


def report(client: Client, experiment: Experiment) -> str:
    answer = client.get(f"/api/v1/experiments/{experiment.pk}/report.html")
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert f'filename="experiment-{experiment.pk}.html"' in answer.headers["Content-Disposition"]
    return str(answer.content.decode())


@pytest.mark.django_db
def test_it_holds_curves_best_networks_by_level_lineage_and_configuration(
    client: Client, experiment: Experiment
) -> None:
    text = report(client, experiment)
    best = experiment.best
    assert best is not None
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert len(re.findall(r'<svg class="chart', text)) == 2
    assert f"<h2>#{best.step}, level by level</h2>" in text
    assert best.genotype.text in text
    lineage = text.partition("Lineage of the best network")[2]
    assert len(re.findall(r"<tr><td>#\d+</td>", lineage)) == best.generation + 1
    assert "&quot;initial_population&quot;: 5" in text
    assert "Kept for the <em>supplement</em>." in text


@pytest.mark.django_db
def test_every_link_leads_into_the_file_and_every_id_stands_once(
    client: Client, experiment: Experiment
) -> None:
    text = report(client, experiment)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    links = re.findall(r'\shref="([^"]+)"', text)
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert not re.search(r"\ssrc=|url\(|@import", text)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "running"])
def test_a_search_without_a_result_has_a_report_too(client: Client, state: str) -> None:
    experiment = started(small_config())
    Experiment.objects.update(state=state)
    assert "Configuration" in report(client, experiment)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark")])
def test_it_opens_from_a_disk_and_asks_for_nothing(
    client: Client, experiment: Experiment, new_context: Open, tmp_path: Path, width: int, scheme: str
) -> None:
    file = tmp_path / "search.html"
    file.write_text(report(client, experiment), encoding="utf-8")
    page = new_context(width, color_scheme=scheme).new_page()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.goto(file.as_uri())
    assert [request.url for request in asked] == [file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_violations(page) == ""
