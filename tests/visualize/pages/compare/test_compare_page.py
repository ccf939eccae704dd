"""Experiments side by side, without a browser."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from search.evolution.experiments.presets import PRESETS
from tests.search.populations import Population

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert(1)</script> & "more"'


def config(seed: int = 1, **sections: dict[str, Any]) -> dict[str, Any]:
    document = PRESETS["quick"].config.to_json()
    for name, section in sections.items():
        document[name] = {**document[name], **section}
    return {**document, "seed": seed}


def search(name: str, *fitness: float, **fields: Any) -> Population:
    made = Population(name, config=fields.pop("config", config()), **fields)
    for step, value in enumerate(fitness):
        made.add(value, network=f"{made.experiment.pk}-{step}", parameters=1000 * (step + 1), seconds=2.0)
    return made


def page(client: Client, *made: Population, query: str = "", **headers: str) -> str:
    ids = ",".join(str(each.experiment.pk) for each in made)
    response = client.get(f"/compare/?experiments={ids}{query}", headers=headers)
    assert response.status_code == 200
    text = response.content.decode()
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)
    ids_of_parts = re.findall(r'\sid="([^"]*)"', text)
    assert len(ids_of_parts) == len(set(ids_of_parts))
    return str(text)


def curves(client: Client, *made: Population, query: str = "") -> dict[str, Any]:
    ids = ",".join(str(each.experiment.pk) for each in made)
    found = client.get(f"/compare/curves.json?experiments={ids}{query}")
    answer: dict[str, Any] = json.loads(found.content)
    return {plot["name"]: plot for plot in answer["plots"]} | {"open": answer["open"]}


def test_seeds_of_one_configuration_are_one_line_with_a_band(client: Client) -> None:
    made = [search(f"s{seed}", 0.5, 0.6 + seed / 100, 0.7, config=config(seed)) for seed in (1, 2, 3)]
    other = search("other", 0.4, 0.5, config=config(1, strategy={"kind": "random"}))
    text = page(client, *made, other)
    assert "4 experiments in 2 configurations" in text
    assert len(re.findall(r'<tr data-series="\d+"', text)) == 2
    assert text.count('<path class="area" d="M') >= 3  # one in each of the three pictures
    found = curves(client, *made, other)
    first, second = found["fitness"]["series"]
    assert (len(first["lines"]), len(first["band"]), len(second["lines"]), second["band"]) == (3, 4, 1, [])
    xs, low, middle, high = first["band"]
    assert (xs[0], xs[-1]) == (0, 2)
    assert all(a <= b <= c for a, b, c in zip(low, middle, high, strict=True))


def test_each_by_itself_has_a_line_of_its_own(client: Client) -> None:
    made = [search(f"s{seed}", 0.5, 0.6, config=config(seed)) for seed in (1, 2)]
    found = curves(client, *made, query="&bands=off")
    assert [len(series["lines"]) for series in found["best"]["series"]] == [1, 1]
    assert "Each by itself" in page(client, *made, query="&bands=off")


def test_a_seed_of_the_protocol_makes_repetitions_too_but_nothing_else_does(client: Client) -> None:
    same = [search("a", 0.5, config=config(1)), search("b", 0.5, config=config(2, protocol={"seed": 7}))]
    assert "in 1 configuration<" in page(client, *same)
    other = search("c", 0.5, config=config(1, protocol={"steps": 99}))
    assert "experiments</span>" in page(client, same[0], other)


@pytest.mark.parametrize(
    "axis, places",
    [("step", [0, 1, 3]), ("evaluations", [1, 2, 3]), ("seconds", [2, 4, 6]), ("no", [0, 1, 3])],
)
def test_the_axis_is_steps_networks_or_seconds(client: Client, axis: str, places: list[float]) -> None:
    made = search("a", 0.5, 0.4)
    made.add(None, network="waits")
    made.add(0.6, network="another", parameters=500, seconds=2.0)
    found = curves(client, made, query=f"&x={axis}")
    assert found["fitness"]["series"][0]["lines"][0][0] == places
    assert found["best"]["series"][0]["lines"][0] == [[places[0], places[2]], [0.5, 0.6]]
    assert found["parameters"]["series"][0]["lines"][0][1] == [1000, 1500, 1000]  # medians of what was so far


def test_fields_that_differ_are_marked_and_the_rest_is_folded(client: Client) -> None:
    one = search("one", 0.5, config=config(1))
    other = search("other", 0.5, config=config(2, protocol={"steps": 77}))
    text = page(client, one, other)
    assert "1 field differs" in text
    row = re.search(r'<tr class="differs">.*?</tr>', text, re.DOTALL)
    assert row is not None
    assert "protocol.steps" in row[0]
    assert '<td class="other">77</td>' in row[0]
    assert "fields equal in all" in text
    assert "strategy.tournament_fraction" in text.split("fields equal in all")[1]


def test_seeds_alone_are_no_difference(client: Client) -> None:
    made = [search(f"s{seed}", 0.5, config=config(seed)) for seed in (1, 2)]
    text = page(client, *made, query="&bands=off")
    assert "equal but for the seed" in text
    assert 'class="differs"' not in text


def test_runs_of_one_seed_are_not_called_seeds(client: Client) -> None:
    made = [search(f"s{number}", 0.5, config=config(seed)) for number, seed in enumerate((1, 1, 2))]
    assert "3 runs of 2 seeds, mean" in page(client, *made)


def test_results_best_genotypes_and_the_mean_over_seeds(client: Client) -> None:
    made = [search(f"s{seed}", 0.5, 0.6 + seed / 10, config=config(seed)) for seed in (1, 2)]
    text = page(client, *made)
    assert "70.00\u00a0%" in text
    assert "80.00\u00a0%" in text
    assert "75.00\u00a0% <span" in text  # mean over the two
    assert "7.07\u00a0%" in text  # and their standard deviation
    assert "2 seeds, mean" in text
    assert text.count('class="drawing') == 2
    for each in made:
        assert f'href="/experiments/{each.experiment.pk}/individuals/1/"' in text


def test_searches_without_results_are_compared_as_far_as_they_go(client: Client) -> None:
    empty = search("empty", state="running")
    failed = search("failed", state="failed")
    text = page(client, empty, failed, search("one", 0.5))
    assert text.count("Nothing is evaluated yet") == 2
    assert curves(client, empty)["open"] is True
    assert page(client, empty).count('class="chart courses"') == 3


def test_hostile_names_are_text(client: Client) -> None:
    made = search(HOSTILE, 0.5, 0.6)
    text = page(client, made)
    assert "&lt;script&gt;alert(1)" in text
    assert "alert(1)</script>" not in text


@pytest.mark.parametrize(
    "query", ["", "?experiments=", "?experiments=x,<b>,-1", "?experiments=" + ",".join(["9" * 30] * 99)]
)
def test_nothing_chosen_shows_the_chooser(client: Client, query: str) -> None:
    search("offered", 0.5)
    search("without result")
    response = client.get(f"/compare/{query}")
    text = response.content.decode()
    assert response.status_code == 200
    assert re.search(r'<details class="card panel chooser" open>', text)
    assert "offered" in text
    assert "without result" not in text
    assert "<compare-plots" not in text


def test_boxes_of_the_chooser_become_a_short_address(client: Client) -> None:
    one, two = search("one", 0.5), search("two", 0.5)
    boxes = f"experiments={one.experiment.pk}&experiments={two.experiment.pk}&name=&x=seconds"
    response = client.get(f"/compare/?{boxes}")
    assert response.status_code == 302
    assert response["Location"] == f"/compare/?experiments={one.experiment.pk},{two.experiment.pk}&x=seconds"


def test_the_chooser_is_narrowed_by_name_and_keeps_what_is_chosen(client: Client) -> None:
    chosen = search("chosen", 0.5)
    for name in ("alpha", "beta"):
        search(name, 0.5)
    text = client.get(f"/compare/choices/?experiments={chosen.experiment.pk}&name=alp").content.decode()
    assert re.findall(r'<span class="name">(\w+)</span>', text) == ["chosen", "alpha"]
    assert text.count(" checked") == 1
    none = client.get("/compare/choices/?name=%3Cb%3E").content.decode()
    assert "&lt;b&gt;" in none


def test_an_experiment_that_does_not_exist_is_named(client: Client) -> None:
    assert "There is no experiment 999" in page(client, search("one", 0.5), query=",999")


def test_a_script_gets_the_results_alone(client: Client) -> None:
    text = page(client, search("one", 0.5), **{"HX-Request": "true"})
    assert "<html" not in text
    assert "results-table" in text


def test_questions_grow_with_experiments_not_with_individuals(client: Client) -> None:
    counted = []
    for size in (5, 60):
        made = search(f"of {size}", *(0.5 + step / 200 for step in range(size)))
        with CaptureQueriesContext(connection) as queries:
            page(client, made)
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 6
