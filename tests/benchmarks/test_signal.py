"""`tests.benchmarks signal` with trainers whose answers are known."""

import json
import random
from typing import Any

import pytest

from search.evolution.evaluation import Evaluated, Job
from search.evolution.experiments.presets import preset
from tests.benchmarks import signal
from tests.benchmarks.command import main


def trainer(noise: float) -> Any:
    """Each network has an accuracy of its own, drawn with a deviation of 4 points; `noise` is a training's."""

    def train(job: Job, **_: Any) -> Evaluated:
        quality = random.Random(job.phenotype.key).gauss(0.8, 0.04)
        return Evaluated(random.Random(f"noise {job.seed}").gauss(quality, noise), (), 1.0, "made up")

    return train


def found(noise: float) -> dict[str, Any]:
    return signal.signal_of(
        preset("quick").config, networks=40, repeats=3, seed=0, trainer=trainer(noise), say=lambda _: None
    )


def test_trainings_without_noise_tell_everything_and_noisy_ones_little() -> None:
    clear, noisy = found(1e-6), found(0.08)
    assert clear["intraclass correlation"] == pytest.approx(1, abs=1e-6)
    assert clear["spearman"] == pytest.approx(1)
    assert clear["sd between networks"] == pytest.approx(4, rel=0.25)
    assert noisy["noise"] == pytest.approx(8, rel=0.2)
    assert noisy["low"] < 0.2 < noisy["high"]
    assert noisy["intraclass correlation"] < 0.5


def test_networks_are_all_different_and_the_same_for_the_same_seed() -> None:
    config = preset("quick").config
    first, again, other = (signal.random_networks(config, 8, seed) for seed in (1, 1, 2))
    assert len({row.key for _, row in first}) == 8
    assert [row.key for _, row in first] == [row.key for _, row in again]
    assert {row.key for _, row in first} != {row.key for _, row in other}


def test_the_command_prints_a_row_for_each_protocol(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signal, "load_trainer", lambda: trainer(0.02))
    options = [
        "--networks",
        "5",
        "--repeats",
        "2",
        "--preset",
        "quick",
        "--preset",
        "fashion-mnist",
        "--json",
    ]
    assert main(["signal", *options]) == 0
    rows = json.loads(capsys.readouterr().out)["signal"]
    assert [(row["protocol"], row["networks"], row["repeats"]) for row in rows] == [
        ("quick", 5, 2),
        ("fashion-mnist", 5, 2),
    ]
