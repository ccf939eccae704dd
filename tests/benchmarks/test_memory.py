"""`python -m tests.benchmarks memory` measures real trainings in processes of their own, and fits the constants."""

import json

import pytest

from search.evolution.estimates.training_cost import Memory
from tests.benchmarks import memory
from tests.benchmarks.command import main
from tests.benchmarks.memory import fit, random_cases, summary


def test_real_trainings_take_what_is_predicted(capsys: pytest.CaptureFixture[str]) -> None:
    main(["memory", "--json", "--networks=2", "--most-gib=0.8", "--seed=5"])
    report = json.loads(capsys.readouterr().out)
    assert [row["space"] for row in report["networks"]] == ["hierarchical", "flat"]
    [line] = report["memory"]
    assert 1 / 1.3 < float(line["least"]) <= float(line["most"]) < 1.3
    assert report["constants that fit these"][0]["CPU_SLACK"] >= 1


def predicted(tensors: int, scoring: int) -> Memory:
    return Memory(tensors << 20, scoring << 20, 5 << 20, 0, base=1, slack=1.0, scoring_slack=1.0)


def test_the_constants_that_made_the_figures_are_found_again() -> None:
    sizes = [(10, 5), (500, 100), (900, 100), (200, 600), (300, 900), (100, 20)]
    rows = [predicted(*size) for size in sizes]
    taken = [(max(1.2 * tensors, 2.1 * scoring) + 5 + 90) * 2**20 for tensors, scoring in sizes]
    assert fit(rows, taken) == {"CPU_BASE_BYTES, MiB": 90, "CPU_SLACK": 1.2, "CPU_SCORING_SLACK": 2.1}


def test_estimates_within_the_factor_are_counted() -> None:
    rows = [predicted(95, 0)] * 4
    line = summary(rows, [factor * rows[0].bytes for factor in (0.7, 0.9, 1.2, 1.3)])
    assert line[f"% within {memory.FACTOR}"] == 50
    assert (line["least"], line["most"]) == ("0.70", "1.30")


def test_both_spaces_and_both_batch_sizes_are_drawn() -> None:
    cases = random_cases(0, 100.0)
    drawn = {(case.space, case.protocol.batch_size) for case in (next(cases) for _ in range(8))}
    assert drawn == {(space, batch) for space in ("hierarchical", "flat") for batch in (64, 256)}
