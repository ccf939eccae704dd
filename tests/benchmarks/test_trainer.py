"""`python -m tests.benchmarks trainer` measures real trainings in processes of their own; here few and small."""

import json
from typing import Any

import pytest

from search.evolution.estimates.step_cost import ideal_bytes
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from tests.benchmarks import trainer
from tests.benchmarks.command import main
from tests.benchmarks.trainer import Case, ranked_genotypes, step_flops

ROOF = {"flops": 50e9, "bytes": 10e9, "convolutions": 0.5}


def test_a_case_is_measured_in_both_forms(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trainer, "CASES", (Case("hierarchical", 0.05, 2, target=1000.0),))
    monkeypatch.setattr(trainer, "GENOTYPES", 3)
    monkeypatch.setattr(trainer, "figures_of", lambda *_: ROOF)
    main(["trainer", "--json", "--pairs=1", "--estimates=1"])
    report = json.loads(capsys.readouterr().out)
    [row] = report["trainer"]
    assert row["network"] == "hierarchical p5, batch 2"
    assert row["trains images/s"] > 0
    assert row["straightforward images/s"] > 0
    assert row["GiB trains"] > 0
    assert 0 < row["% of roofline"] < 100
    assert "hierarchical p5, batch 2" in report["missed"]  # nothing is a thousand times as fast
    assert [line["networks"] for line in report["estimates"]] == [1, 1]
    assert 0.5 < float(report["estimates"][0]["median"]) < 2
    assert report["profile"][2] == {"kind": "convolutions", "% of a step": 50.0}


def test_genotypes_are_ranked_by_their_arithmetic() -> None:
    costs = [
        network_cost(build_phenotype(genotype), Host()).multiply_adds
        for genotype in ranked_genotypes("flat", 5)
    ]
    assert costs == sorted(costs)
    assert len(set(costs)) > 1


def test_the_roofline_counts_three_passes_of_every_operation() -> None:
    phenotype = build_phenotype(ranked_genotypes("hierarchical", 1)[0])
    host = Host(channels=4, image_size=8)
    twice = Host(channels=4, image_size=16)
    assert step_flops(phenotype, host) == 6 * network_cost(phenotype, host).multiply_adds
    held = network_cost(phenotype, host).activations
    assert ideal_bytes(phenotype, host) > 3 * 4 * held  # what is written, and what is read besides
    assert ideal_bytes(phenotype, twice) == pytest.approx(4 * ideal_bytes(phenotype, host), rel=0.01)


def test_a_row_that_is_too_slow_or_too_large_is_told() -> None:
    fine: dict[str, Any] = {
        "network": "a",
        "target": 2.0,
        "times": 2.1,
        "GiB trains": 1.0,
        "GiB straightforward": 1.0,
    }
    slow = {**fine, "network": "b", "times": 1.9}
    large = {**fine, "network": "c", "GiB trains": 1.1}
    free = {**fine, "network": "d", "target": None, "times": 0.5}
    assert trainer.missed_estimates([fine, slow, large, free]) == ["b", "c (memory)"]
