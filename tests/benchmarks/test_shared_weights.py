"""`python -m tests.benchmarks shared`: a small run of the real thing, and its parts where the answer is known."""

import json
import re

import pytest

from search.evolution.genotypes.space import search_space
from tests.benchmarks.command import main
from tests.benchmarks.shared_weights import SPACE, WAYS, draw, expected_best


def test_every_method_asked_for_has_a_row_beside_parameters_and_the_trellis(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(
        [
            "shared",
            "--json",
            "--networks=4",
            "--steps=6",
            "--shared-steps=6",
            "--method=random",
            "--method=smash",
        ]
    )
    report = json.loads(capsys.readouterr().out)
    rows = {row["ranked by"]: row for row in report["shared"]}
    assert list(rows) == ["parameters", "random", "smash", "trellis, from scratch"]
    for way in ("random", "smash"):
        assert re.fullmatch(r"-?\d\.\d\d \[-?\d\.\d\d, -?\d\.\d\d\]", rows[way]["tau"])
        assert 0 <= rows[way]["regret, %"] <= 100
        assert 1 <= rows[way]["its networks"] <= 4
    assert report["networks"][0]["from scratch"] == 4


def test_all_methods_are_measured_and_darts_in_both_orders() -> None:
    assert {document["method"] for document in WAYS.values()} == {
        "random",
        "enas",
        "darts",
        "gdas",
        "fabric",
        "smash",
    }
    assert [way for way, document in WAYS.items() if document.get("second_order")] == ["darts, second order"]


def test_random_search_of_all_networks_finds_the_best_and_of_one_the_mean() -> None:
    fitness = [0.1, 0.2, 0.6]
    assert expected_best(fitness, 3) == pytest.approx(0.6)
    assert expected_best(fitness, 1) == pytest.approx(0.3, abs=0.03)


def test_networks_that_are_drawn_are_all_different() -> None:
    cells = draw(search_space(SPACE), 12, 3)
    assert len({phenotype.key for _, phenotype in cells}) == 12
