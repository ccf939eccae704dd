"""Files of individuals: complete, filtered, and streamed in bounded memory."""

import csv
import json
import tracemalloc
from typing import Any

import pytest

from search.api import exports
from search.evolution.genotype import Genotype
from search.models import Experiment, Individual
from tests.api.conftest import ROOT, Api

pytestmark = pytest.mark.django_db
MANY = 2_000


def lines(api: Api, address: str, **query: Any) -> list[str]:
    response: Any = api.client.get(ROOT + address, query)
    assert response.status_code == 200
    text: str = b"".join(response.streaming_content).decode()
    return text.splitlines()


def test_a_table_holds_every_individual_by_step(api: Api, search: Experiment) -> None:
    rows = list(csv.DictReader(lines(api, f"/experiments/{search.pk}/individuals.csv")))
    assert [int(row["step"]) for row in rows] == list(range(12))
    assert tuple(rows[0]) == exports.COLUMNS
    child = next(row for row in rows if row["origin"] == "mutation")
    assert "→" in child["mutation"]
    best = max(float(row["fitness"]) for row in rows if row["fitness"])
    assert search.best is not None
    assert best == search.best.fitness


def test_each_line_of_json_holds_an_individual_and_its_genotype(api: Api, search: Experiment) -> None:
    rows = [json.loads(line) for line in lines(api, f"/experiments/{search.pk}/individuals.jsonl")]
    assert [row["step"] for row in rows] == list(range(12))
    for row in rows:
        assert Genotype.from_json(row["document"]).text == row["text"]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_filters_hold_for_files_too(api: Api, search: Experiment, ending: str) -> None:
    address = f"/experiments/{search.pk}/individuals.{ending}"
    assert len(lines(api, address, state="failed")) == 1 + (ending == "csv")
    assert api.get(address, query="colour:red").status == 422
    assert api.get(address, limit=5).status == 422
    assert api.get(f"/experiments/4711/individuals.{ending}").status == 404


def test_a_file_says_what_it_is(api: Api, search: Experiment) -> None:
    response = api.client.get(f"{ROOT}/experiments/{search.pk}/individuals.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="experiment-{search.pk}.csv"' in response.headers["Content-Disposition"]


def test_memory_does_not_grow_with_the_file(
    api: Api, search: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 50)
    template = Individual.objects.get(experiment=search, step=0)
    Experiment.objects.filter(pk=search.pk).update(individuals_planned=MANY, proposed=MANY)
    fields = {
        field.attname: getattr(template, field.attname)
        for field in Individual._meta.concrete_fields
        if field.attname not in ("id", "step")
    }
    Individual.objects.bulk_create(
        (Individual(step=step, **fields) for step in range(12, MANY)), batch_size=1000
    )
    address = f"{ROOT}/experiments/{search.pk}/individuals.jsonl"
    sizes, peaks = [], []
    for query in ({}, {"query": f"step<{MANY // 10}"}, {}):
        response: Any = api.client.get(address, query)
        tracemalloc.start()
        sizes.append(sum(len(piece) for piece in response.streaming_content))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    _, small, whole = peaks  # the first one also fills caches
    assert sizes[2] > 9 * sizes[1]
    assert whole < 1.5 * small
