"""`tests.benchmarks shared --table`: a small run goes on from its file, and parts of it where the answer is known."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.tables.library import load_table
from search.tables.table import BenchmarkTable
from tests.benchmarks import shared_on_table
from tests.benchmarks.command import main
from tests.benchmarks.kept_supernets import Kept, Standing, Trained
from tests.benchmarks.shared_on_table import document, random_search

TABLE = "hierarchical-small"


@pytest.fixture(scope="module")
def table() -> BenchmarkTable:
    return load_table(TABLE)


def test_a_run_is_judged_by_the_table_and_one_with_its_file_trains_nothing_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "supernets.json"
    arguments = [
        "shared",
        f"--table={TABLE}",
        "--networks=6",
        "--shared-steps=2",
        "--method=random",
        "--inherited=3",
        "--json",
    ]
    main([*arguments, f"--file={file}"])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    ranked = {row["method"]: row["tau"] for row in report["ranked by"]}
    assert list(ranked) == ["parameters", "one training from scratch", "random"]
    assert all(re.fullmatch(r"-?\d\.\d\d \[-?\d\.\d\d, -?\d\.\d\d\]", tau) for tau in ranked.values())
    assert [row["method"] for row in report["inherited"]] == [
        "a neighbour's weights, 10 steps more",
        "from scratch, 10 steps",
        "from scratch, 40 steps",
        "parameters",
    ]
    (derived,) = report["derived"]
    (kept,) = json.loads(file.read_text()).values()
    assert derived["regret, %"] == pytest.approx(100 * load_table(TABLE).regret(kept["derived"]))
    assert derived["seconds"] == kept["seconds"] == pytest.approx(derived["the table's"] * kept["slowness"])
    assert len(kept["scores"]) == 6

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was trained already")

    monkeypatch.setattr(shared_on_table, "train", refuse)
    main([*arguments, f"--file={file}"])
    again = json.loads(capsys.readouterr().out)
    assert [again[part] for part in ("ranked by", "derived", "means")] == [
        report[part] for part in ("ranked by", "derived", "means")
    ]


def test_the_space_images_and_host_are_the_tables_whatever_they_are(table: BenchmarkTable) -> None:
    made = document(table, "darts, second order", 7)
    assert made["space"] == table.about["space"]
    assert (made["method"], made["second_order"]) == ("darts", True)
    changed = {name for name, value in made["protocol"].items() if table.about["protocol"].get(name) != value}
    assert changed == {"steps", "repeats", "time_limit_seconds"}


def test_random_search_of_all_seconds_finds_the_best_validated_and_of_none_a_genotype_at_random(
    table: BenchmarkTable,
) -> None:
    accuracy, validated = table.test_accuracy, table.accuracy[:, :, -1, 1]
    regrets = random_search(table, 1e9, seed=0, orders=200)
    could_win = validated.max(axis=1) >= validated.min(axis=1).max()
    assert set(regrets) <= set(accuracy.max() - accuracy[could_win])
    by_chance = random_search(table, 0.0, seed=0, orders=4000)
    expected = accuracy.max() - np.average(accuracy, weights=table.genotype_counts)
    assert by_chance.mean() == pytest.approx(expected, abs=0.005)


def test_more_seconds_never_hurt_random_search_on_average(table: BenchmarkTable) -> None:
    means = [random_search(table, seconds, seed=1, orders=500).mean() for seconds in (2.0, 10.0, 50.0)]
    assert means[0] > means[1] > means[2]


def test_an_unfinished_supernet_goes_on_with_its_seconds(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "supernets.json")
    first = Standing(kept.state("key"))
    assert first.load() is None
    first.save(b"as far as\nit came")
    [state] = tmp_path.iterdir()
    spent = float(state.read_bytes().splitlines()[0])
    later = Standing(kept.state("key"))
    assert later.load() == b"as far as\nit came"
    assert later.seconds >= spent > 0
    later.remove()
    assert list(tmp_path.iterdir()) == []


def test_finished_supernets_are_read_again(tmp_path: Path) -> None:
    row = Trained("gdas", 3, 12.5, 1.25, "2x3+1x3:...", {"key": 0.5})
    Kept(tmp_path / "supernets.json").add("one", row)
    assert Kept(tmp_path / "supernets.json").found == {"one": row}
    assert Kept(None).state("one") is None
