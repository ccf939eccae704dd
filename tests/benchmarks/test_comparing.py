"""A result is compared with the committed one by factors, whatever machine either was taken on."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import comparing
from tests.benchmarks.command import main


def result(calibration: float, **figures: float) -> dict[str, Any]:
    return {
        "machine": {comparing.CALIBRATION: calibration},
        "pages": [{"page": "a page", "p50 ms": 99.0, **figures}],
    }


def test_a_machine_that_is_half_as_quick_is_no_regression() -> None:
    old, new = result(10.0, **{"cpu p50 ms": 20.0}), result(20.0, **{"cpu p50 ms": 40.0})
    [row] = comparing.compare(new, old)
    assert (row["what"], row["factor"]) == ("a page: cpu p50 ms", 1.0)
    assert comparing.slower([row]) == "none"


def test_what_has_become_slower_is_named_first() -> None:
    old = result(10.0, **{"cpu p50 ms": 20.0, "database cpu ms": 5.0})
    new = result(10.0, **{"cpu p50 ms": 19.0, "database cpu ms": 10.0})
    rows = comparing.compare(new, old)
    assert [row["factor"] for row in rows] == [2.0, 0.95]
    assert comparing.slower(rows) == "a page: database cpu ms 2.00x"


def test_ratios_within_one_run_are_compared_as_they_are_whatever_the_machine() -> None:
    rows = comparing.compare(result(20.0, times=2.0), result(10.0, times=4.0))
    assert [(row["what"], row["factor"]) for row in rows] == [("a page: times", 2.0)]
    assert comparing.slower(rows) == "a page: times 2.00x"


def test_only_what_both_have_is_compared() -> None:
    assert comparing.compare(result(1.0, **{"cpu ms each": 3.0}), result(1.0)) == []


@pytest.mark.django_db
def test_a_kept_result_is_what_the_next_one_is_compared_with(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"
    monkeypatch.setattr(comparing, "path_of", lambda name: tmp_path / f"{name}.json")
    loop = ["loop", "--here", "--json", "--evaluations=3", "--in-flight=2"]
    assert main([*loop, "--compare"]) == 1
    assert "--save writes it" in capsys.readouterr().err
    main([*loop, "--save"])
    kept = json.loads((tmp_path / "loop.json").read_text())
    assert kept["machine"][comparing.CALIBRATION] > 0
    capsys.readouterr()
    main([*loop, "--compare"])
    report = json.loads(capsys.readouterr().out)
    factors = {row["what"]: row["factor"] for row in report["factors, machines made equal"]}
    assert factors["loop 1: cpu ms each"] > 0
