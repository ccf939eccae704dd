"""Files of individuals: complete, filtered, and streamed in bounded memory."""

import csv
import json
import subprocess
import sys
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Any

import fastparquet
import pytest
from pandas import NA, isna

from search.api import exports, parquet
from search.evolution.genotypes.genotype import Genotype
from search.models import Experiment
from tests.api.conftest import ROOT, Api
from tests.build.tree import ROOT as ROOT_FOLDER

pytestmark = pytest.mark.django_db


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


def test_parquet_holds_the_table_with_its_types(
    api: Api, search: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ROWS_IN_GROUP", 5)  # three groups
    response: Any = api.client.get(f"{ROOT}/experiments/{search.pk}/individuals.parquet")
    assert response.headers["Content-Type"] == "application/vnd.apache.parquet"
    file = tmp_path / "individuals.parquet"
    file.write_bytes(b"".join(response.streaming_content))
    read = fastparquet.ParquetFile(str(file))
    assert [group.num_rows for group in read.row_groups] == [5, 5, 2]
    frame = read.to_pandas()
    assert tuple(frame.columns) == exports.COLUMNS
    kinds = {
        name: frame[name].dtype.kind for name in ("step", "parent_step", "fitness", "shared", "created_at")
    }
    assert kinds == {"step": "i", "parent_step": "i", "fitness": "f", "shared": "b", "created_at": "M"}
    for row, individual in zip(frame.itertuples(), search.individuals.order_by("step"), strict=True):
        assert row.step == individual.step
        assert (None if isnan(row.fitness) else row.fitness) == individual.fitness
        assert row.text == individual.genotype.text
        parent = individual.parent.step if individual.parent else NA
        assert row.parent_step is parent or row.parent_step == parent
        assert row.created_at.tz_localize("UTC") == individual.created_at


def test_a_parquet_file_of_nothing_is_a_table_without_rows(
    api: Api, search: Experiment, tmp_path: Path
) -> None:
    response: Any = api.client.get(
        f"{ROOT}/experiments/{search.pk}/individuals.parquet", {"query": "step>999"}
    )
    file = tmp_path / "none.parquet"
    file.write_bytes(b"".join(response.streaming_content))
    assert fastparquet.ParquetFile(str(file)).count() == 0


@pytest.mark.parametrize(
    "kind,values",
    [
        ("boolean", [True, None, False, True, True, True, False, False, True, None]),
        ("integer", [0, -1, 2**63 - 1, -(2**63), None]),
        ("number", [0.5, -1e300, None, 1e-300]),
        ("text", ["", None, "ü – 🧠", "a" * 70_000]),
        (
            "moment",
            [datetime(2026, 11, 25, 9, 0, 0, 123456, tzinfo=UTC), None, datetime(1969, 7, 20, tzinfo=UTC)],
        ),
    ],
)
def test_parquet_writes_every_kind_of_value(kind: parquet.Kind, values: list[Any], tmp_path: Path) -> None:
    file = tmp_path / "values.parquet"
    columns = [parquet.Column("all", kind, True), parquet.Column("there", kind, False)]
    there = next(value for value in values if value is not None)
    file.write_bytes(b"".join(parquet.parquet(columns, [(value, there) for value in values])))
    frame = fastparquet.ParquetFile(str(file)).to_pandas()
    read = [None if isna(value) else value for value in frame["all"]]
    if kind == "moment":
        read = [value and value.tz_localize("UTC").to_pydatetime() for value in read]
    assert read == values
    assert len(set(frame["there"])) == 1


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_filters_hold_for_files_too(api: Api, search: Experiment, ending: str) -> None:
    address = f"/experiments/{search.pk}/individuals.{ending}"
    if ending != "parquet":
        assert len(lines(api, address, state="failed")) == 1 + (ending == "csv")
    assert api.get(address, query="colour:red").status == 422
    assert api.get(address, limit=5).status == 422
    assert api.get(f"/experiments/4711/individuals.{ending}").status == 404


def test_a_file_says_what_it_is(api: Api, search: Experiment) -> None:
    response = api.client.get(f"{ROOT}/experiments/{search.pk}/individuals.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="experiment-{search.pk}.csv"' in response.headers["Content-Disposition"]


def test_files_of_many_individuals_take_no_more_memory_than_those_of_few() -> None:
    """As a process's own growth, the whole experiment's export and import too. Six thousand rows at once would take
    fifty MiB; `python -m tests.api.bounded_memory 100000` says the same of 100,000."""
    command = [sys.executable, "-m", "tests.api.bounded_memory", "6000"]
    done = subprocess.run(command, cwd=ROOT_FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    few, many = rows[:5], rows[5:]
    assert [row["file"] for row in many] == ["csv", "jsonl", "parquet", "export", "import"]
    for row, small in zip(many, few, strict=True):
        assert row["bytes"] > 2.5 * small["bytes"] or row["file"] in ("parquet", "export", "import")  # packed
        assert row["grown_mib"] < 16, row


def test_a_table_for_spreadsheets_says_that_it_is_utf_8(api: Api, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/individuals.csv"
    plain, marked = lines(api, address), lines(api, address, spreadsheet="true")
    assert marked == ["\ufeff" + plain[0], *plain[1:]]
    page = api.client.get(f"/experiments/{search.pk}/").text
    assert "individuals.csv?spreadsheet=true" in page
